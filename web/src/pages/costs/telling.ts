// pages/costs/telling.ts - where each channel tells why a customer came: the key `reasons` of the document of figures
// (docs/metrics.md), ready-made or a company's own.
import { useMemo } from "react";
import { useAnswer, type Answer } from "../../api/questions";
import { FIGURES, type Metrics } from "../../api/types";
import { useSaved } from "../../views/saved";
import { READY } from "../journeys/Counting";

type Words = string | readonly string[];
type Test = string | { attribute: string; in: readonly string[] };
export type Selector = string | { channel?: Words; activity?: Words; where?: Test | readonly Test[] };
export type Selectors = Selector | readonly Selector[];

export interface Telling {
  channel: string;
  events: Selectors;
  attribute?: string;
  /** Reasons, each with what the attribute says for it; without it the attribute says the reason itself. */
  values?: Readonly<Record<string, string>>;
  /** Instead of an attribute: all these events are about this one. */
  reason?: string;
  human?: boolean;
  solves?: boolean;
  beside?: boolean;
}

const isList = <T>(one: T | readonly T[]): one is readonly T[] => Array.isArray(one);
const listOf = <T>(one: T | readonly T[] | undefined): readonly T[] => (one === undefined ? [] : isList(one) ? one : [one]);

export const selectorsOf = (events: Selectors): readonly Selector[] => listOf<Selector>(events);

/** Of these events those for which the attribute says so. */
function saying(events: Selectors, attribute: string, value: string): Selector[] {
  const test: Test = { attribute, in: [value] };
  return selectorsOf(events).map((one) => (typeof one === "string" ? { activity: one, where: [test] } : { ...one, where: [...listOf<Test>(one.where), test] }));
}

/** Of `events`, unless told otherwise its own, those about the reason; null: it never tells this one. */
export function about(telling: Telling, reason: string, events: Selectors = telling.events): readonly Selector[] | null {
  if (telling.reason !== undefined) return telling.reason === reason ? selectorsOf(events) : null;
  if (telling.attribute === undefined) return null;
  const said = telling.values ? telling.values[reason] : reason;
  return said === undefined ? null : saying(events, telling.attribute, said);
}

/** A machine's messages in a row are one contact: of them the first counts. A person's contacts each do. */
export const isInARow = ({ human, beside }: Telling): boolean => beside === true && human !== true;

/** The ways to have it solved that tell this reason. */
export const solving = (tellings: readonly Telling[], reason: string): readonly Telling[] =>
  tellings.filter((one) => one.solves === true && about(one, reason) !== null);

function tellingsIn(document: object | undefined): readonly Telling[] | undefined {
  const told = (document as { reasons?: unknown } | undefined)?.reasons;
  return Array.isArray(told) ? (told as Telling[]) : undefined;
}

const NONE: readonly Telling[] = [];

/** By what somebody saved, if it says where reasons are told; else by the ready-made document. */
export function useTellings(): { tellings: readonly Telling[]; isPending: boolean } {
  const { saved, isPending } = useSaved();
  const own = useMemo(() => saved.flatMap((one) => (one.kind === "metrics" ? (tellingsIn(one.metrics) ?? []) : [])), [saved]);
  const isAsked = !isPending && own.length === 0;
  const ready = useAnswer(isAsked ? "journey/metrics" : undefined, { metrics: READY, metric: "repeat_contacts" }, FIGURES);
  return { tellings: own.length > 0 ? own : (tellingsIn(ready.data?.document) ?? NONE), isPending: isPending || (isAsked && ready.isPending) };
}

export interface Reasons {
  metrics: Answer<Metrics>;
  /** The most frequent first. */
  reasons: string[];
  tellings: readonly Telling[];
  /** No source tells any. */
  isNone: boolean;
}

/** The reasons that contacts have: what the first that tells them says. */
export function useReasons(most: number): Reasons {
  const { tellings, isPending } = useTellings();
  const by = tellings.find((one) => one.attribute !== undefined)?.attribute;
  const metrics = useAnswer(by === undefined ? undefined : "journey/metrics", { metric: "repeat_contacts", by }, FIGURES);
  const reasons = (metrics.data?.figures ?? []).flatMap((one) => (typeof one.value === "string" ? [one] : []))
    .sort((a, b) => b.denominator - a.denominator).slice(0, most).map((one) => one.value as string);
  const isNone = metrics.isError || (by === undefined ? !isPending : metrics.data !== undefined && reasons.length === 0);
  return { metrics, reasons, tellings, isNone };
}
