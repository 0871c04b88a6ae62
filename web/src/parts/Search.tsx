// parts/Search.tsx - a few fields and a button; what is left empty is not asked, days are chosen from a calendar.
import type { FormEvent } from "react";
import { useWords } from "../app/settings";

const DAYS = ["since", "until"];

interface Props<Field extends string> {
  fields: readonly Field[];
  name: (field: Field) => string;
  example?: Partial<Record<Field, string>>;
  onAsk: (asked: Record<string, string>) => void;
}

export function Search<Field extends string>({ fields, name, example, onAsk }: Props<Field>) {
  const { t } = useWords();
  const ask = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const told = fields.map((field): [string, string] => [field, String(form.get(field) ?? "").trim()]);
    onAsk(Object.fromEntries(told.filter(([, value]) => value !== "")));
  };
  return (
    <form className="comparing" onSubmit={ask}>
      {fields.map((field) => (
        <label key={field}><span>{name(field)}</span><input name={field} type={DAYS.includes(field) ? "date" : "text"} placeholder={example?.[field]} /></label>
      ))}
      <button type="submit" className="button">{t("customers.search")}</button>
    </form>
  );
}
