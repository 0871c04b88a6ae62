// parts/Suggested.tsx - a field in which one writes a condition; names and values that exist are offered while one types.
import { useQuery } from "@tanstack/react-query";
import { useEffect, useId, useState, type InputHTMLAttributes } from "react";
import { askLines, type Parameters } from "../api/client";
import { useMay } from "../app/session";
import { useWords } from "../app/settings";
import type { Schema } from "../api/paths";

type Attribute = Schema<"attributes">;

const TYPING_MS = 250;
const OFFERED = 20;

/** "context.os.name=And": values of that name; anything else: names and values that hold it. */
function questionOf(text: string): Parameters {
  const at = text.indexOf("=");
  return at > 0 ? { key: text.slice(0, at).replace(/[!<>]$/, ""), like: text.slice(at + 1), limit: OFFERED } : { like: text, limit: OFFERED };
}

export function Suggested(props: Omit<InputHTMLAttributes<HTMLInputElement>, "list" | "onChange">) {
  const words = useWords();
  const id = useId();
  const [text, setText] = useState("");
  const [asked, setAsked] = useState("");
  const may = useMay();
  useEffect(() => {
    const timer = window.setTimeout(() => setAsked(text.trim()), TYPING_MS);
    return () => window.clearTimeout(timer);
  }, [text]);
  const answer = useQuery({
    queryKey: ["attributes", asked],
    queryFn: ({ signal }) => askLines("attributes", questionOf(asked), signal),
    enabled: may("lists"),
    placeholderData: (was) => was,
    retry: false,
  });
  const termOf = (one: Attribute) => (one.has_value ? `${one.key}=${one.value}` : one.key);
  return (
    <>
      <input {...props} list={id} autoComplete="off" onChange={(event) => setText(event.target.value)} />
      <datalist id={id}>
        {(answer.data ?? []).map((one) => <option key={termOf(one)} value={termOf(one)} label={words.t("filter.values", { n: one.count })} />)}
      </datalist>
    </>
  );
}
