// pages/journeys/sides.tsx - two periods or two groups of customers, of whom the same is asked: which two, and the choice of
// them.  The words of the address are those of `ariane journey compare`, so that every way to look shows the same two.
import { useState, type FormEvent } from "react";
import type { Parameters } from "../../api/client";
import { useStatus } from "../../api/questions";
import type { Status } from "../../api/types";
import { changed, go, useAddress, type Changes } from "../../app/router";
import { useWords } from "../../app/settings";
import { Help } from "../../parts/Help";
import { Link } from "../../parts/Link";
import { Suggested } from "../../parts/Suggested";
import { begun, isoDay, type Key } from "../../words";
import { conditionName, eventName } from "../../words/traits";
import { usePeriod } from "../period";
import { useQuestion } from "../question";
import { earlier } from "./earlier";

export interface Side {
  name: string;
  parameters: Parameters;
  /** What a link to its customers adds to the address. */
  only: Changes;
}

export type Sides = readonly [Side, Side];

export const KINDS = ["split", "group", "group-with"] as const;
export type Kind = (typeof KINDS)[number];
export const EXAMPLES: Record<Kind, string> = { split: "2026-07-01", group: "context.os.version=7.4", "group-with": "store:" };
export const NO_SIDES: Changes = { compare: undefined, split: undefined, group: undefined, "group-with": undefined };

const manyOf = (parameters: Parameters, name: string): string[] => [parameters[name] ?? []].flat().map(String);
const textOf = (value: Parameters[string]) => (typeof value === "string" ? value : undefined);

/** What each side adds to the question. */
export function partsOf(kind: Kind | "before", value: string, parameters: Parameters, status: Status | undefined): readonly [Parameters, Parameters] | undefined {
  if (kind === "before") {
    const then = earlier(parameters, status);
    return then && [then, {}];
  }
  if (value === "") return undefined;
  if (kind === "split") {
    const [since, until] = [textOf(parameters.since), textOf(parameters.until)];
    return [{ until: until !== undefined && until < value ? until : value }, { since: since !== undefined && since > value ? since : value }];
  }
  const [without, having] = kind === "group" ? ["not-customer", "customer"] : ["without", "with"];
  return [{ [without]: [...manyOf(parameters, without), value] }, { [having]: [...manyOf(parameters, having), value] }];
}

function kindIn(url: URL): { kind: Kind | "before" | ""; value: string } {
  if (url.searchParams.get("compare") === "before") return { kind: "before", value: "" };
  const kind = KINDS.find((one) => url.searchParams.has(one)) ?? "";
  return { kind, value: kind === "" ? "" : (url.searchParams.get(kind) ?? "") };
}

/** Undefined where nothing is compared, or there is no period to find the one before. */
export function useSides(): Sides | undefined {
  const words = useWords();
  const { t } = words;
  const { url, parameters } = useQuestion();
  const status = useStatus().data;
  const { kind, value } = kindIn(url);
  const parts = kind === "" ? undefined : partsOf(kind, value, parameters, status);
  const periods = [usePeriod(parts?.[0] ?? {}), usePeriod(parameters)];
  if (!parts) return undefined;
  const names = kind === "before" ? periods.map(begun)
    : kind === "split" ? [t("compare.first_split", { day: words.date(value) }), t("compare.second_split", { day: words.date(value) })]
    : [t("compare.first_group"), kind === "group" ? conditionName(value, words.language) : eventName(value, words.language)];
  const side = (i: 0 | 1): Side => ({
    name: names[i] ?? "", parameters: { ...parameters, ...parts[i] },
    only: { ...NO_SIDES, ...(parts[i] as Changes) },
  });
  return [side(0), side(1)];
}

function Asked({ kind }: { kind: Kind }) {
  const { t } = useWords();
  const url = useAddress();
  const ask = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const told = String(new FormData(event.currentTarget).get("value") ?? "").trim();
    if (told !== "") go(changed(url, { ...NO_SIDES, [kind]: told }));
  };
  const value = url.searchParams.get(kind) ?? "";
  return (
    <form className="comparing" onSubmit={ask} key={kind + value}>
      <label>
        <span>{t(`compare.${kind}_value`)}</span>
        {kind === "group"
          ? <Suggested name="value" placeholder={EXAMPLES[kind]} defaultValue={value} required />
          : <input name="value" type={kind === "split" ? "date" : "text"} defaultValue={value} placeholder={EXAMPLES[kind]} required />}
      </label>
      <button type="submit" className="button">{t("compare.do")}</button>
    </form>
  );
}

/** Which two stand side by side. */
export function SidesChoice() {
  const { t } = useWords();
  const { url, parameters } = useQuestion();
  const status = useStatus().data;
  const now = kindIn(url).kind;
  const [chosen, setChosen] = useState<Kind | "before" | "">(now);
  const kind = now === "" ? chosen : now;
  const choose = (next: string) => {
    setChosen(next as typeof chosen);
    const day = status?.last_time ? isoDay(Date.parse(status.last_time) - 91 * 86_400_000) : undefined;
    go(changed(url, { ...NO_SIDES, ...(next === "before" ? { compare: "before" } : next === "split" ? { split: day } : {}) }));
  };
  const lacksPeriod = kind === "before" && !earlier(parameters, status);
  return (
    <div className="sides-choice">
      <label className="inline">
        <span>{t("compare.beside")}</span>
        <select value={kind} onChange={(event) => choose(event.target.value)}>
          <option value="">{t("compare.none")}</option>
          <option value="before">{t("compare.before")}</option>
          {KINDS.map((one) => <option key={one} value={one}>{t(`compare.${one}` as Key)}</option>)}
        </select>
        <Help about={t("compare.beside")}>{t("help.beside")}</Help>
      </label>
      {kind !== "" && kind !== "before" && <Asked kind={kind} />}
      {lacksPeriod && <small className="why-not">{t("compare.needs_period")}</small>}
      {now !== "" && now !== "before" && <Link to={changed(url, {}, "/journeys/compare")} className="quiet">{t("compare.all_differences")}</Link>}
    </div>
  );
}
