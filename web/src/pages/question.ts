// pages/question.ts - the address is the question: its parameters are the options of the command line, so a
// link gives the same figures to whoever opens it, and the same words work in a terminal.
import type { Parameters } from "../api/client";
import { useAddress } from "../app/router";
import { useWords } from "../app/settings";
import { definitionOf, stepChannel, stepName, viewOf, type View } from "../views/views";
import { useView } from "../views/saved";
import { useCallback, useMemo, useRef } from "react";

/** Options that several may be given of, and those that stand once. */
export const MANY = ["channel", "activity", "where", "with", "without", "customer", "not-customer", "passed", "never", "way", "outcome", "at", "not-at", "part-passed", "part-edge-from", "part-edge-to"] as const;
export const ONCE = ["since", "until", "begins", "ends", "edge-from", "edge-to", "from-step", "to-step"] as const;

export interface Question {
  view: View;
  url: URL;
  parameters: Parameters;
  nameOf: (step: string) => string;
  channelOf: (step: string) => string | undefined;
}

export function parametersOf(url: URL, view: View): Parameters {
  const parameters: Parameters = { definition: definitionOf(view) };
  for (const name of MANY) {
    const values = url.searchParams.getAll(name);
    if (values.length > 0) parameters[name] = values;
  }
  for (const name of ONCE) parameters[name] = url.searchParams.get(name) ?? undefined;
  return parameters;
}

export function useQuestion(): Question {
  const url = useAddress();
  const { language } = useWords();
  const key = url.searchParams.get("view") ?? "contacts";
  const told = useView(key);
  const kept = useRef<View | undefined>(undefined);
  if (told && (kept.current?.key !== told.key || definitionOf(kept.current) !== definitionOf(told))) kept.current = told;
  const view = kept.current ?? viewOf(key); // the same object as long as it says the same: queries and layouts hang on it
  const search = url.search;
  const parameters = useMemo(() => parametersOf(new URL(`http://x/${search}`), view), [search, view]);
  const nameOf = useCallback((step: string) => stepName(view, step, language), [view, language]);
  const channelOf = useCallback((step: string) => stepChannel(view, step), [view]);
  return { view, url, parameters, nameOf, channelOf };
}
