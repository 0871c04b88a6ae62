// pages/home.ts - today against the same days before: what is counted, and how far it is from usual.
import { companyZone } from "../words/zone";
import type { JourneyMap } from "../api/types";
import { activitiesOf, channelsOf, stepCost, viewOf } from "../views/views";

export const WEEKS = 8;
const WEEK_MS = 7 * 86_400_000;

export const river = viewOf("contacts");

/** Steps of the river that are contacts, by what they are called on the page. */
export const counted: readonly { key: string; steps: readonly string[] }[] = [
  { key: "phone", steps: ["solved", "unsolved", "lost"] },
  { key: "ivr", steps: ["ivr"] },
  { key: "chat", steps: ["chat"] },
  { key: "bot", steps: ["bot"] },
  { key: "email", steps: ["mail"] },
  { key: "social", steps: ["social"] },
  { key: "store", steps: ["shop"] },
  { key: "field", steps: ["visit", "visit_failed"] },
  { key: "web", steps: ["help"] },
];
/** Those that a person answers. */
export const HUMAN = new Set(["phone", "chat", "email", "social", "store", "field"]);

export interface Span {
  since: string;
  until: string;
}

/** Offset of the company's zone at that time, in ms: clocks of summer and winter differ. */
function offsetOf(time: number): number {
  const told = new Intl.DateTimeFormat("en-GB", { timeZone: companyZone(), timeZoneName: "longOffset" })
    .formatToParts(time)
    .find((part) => part.type === "timeZoneName")?.value;
  const [, sign = "+", hours = "0", minutes = "0"] = /GMT([+-])(\d\d):(\d\d)/.exec(told ?? "") ?? [];
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

/** The day of `last` up to its hour, and the same of each of the weeks before: the latest first. */
export function days(last: string): Span[] {
  const end = Date.parse(last);
  const local = end + offsetOf(end);
  const midnight = Math.floor(local / 86_400_000) * 86_400_000;
  const utc = (time: number) => time - offsetOf(time);
  return Array.from({ length: WEEKS + 1 }, (_, i) => ({
    since: new Date(utc(midnight - i * WEEK_MS)).toISOString(),
    until: new Date(utc(local - i * WEEK_MS) + 1).toISOString(),
  }));
}

/** The address of those who took these steps of the river then; of all that is known without a span. */
export function listOf(steps: readonly string[], span: Partial<Span> = {}): string {
  const query = new URLSearchParams({ view: river.key, ...span });
  for (const activity of steps.flatMap((step) => activitiesOf(river, step))) query.append("activity", activity);
  const channels = steps.map((step) => channelsOf(river, step));
  if (!channels.includes(undefined)) for (const channel of new Set(channels.flatMap((some) => some ?? []))) query.append("channel", channel);
  return `/journeys/customers?${query}`;
}

export function countOf(map: JourneyMap | undefined, steps: readonly string[]): number {
  return (map?.steps ?? []).filter((one) => steps.includes(one.step)).reduce((sum, one) => sum + one.count, 0);
}

export function costOf(map: JourneyMap | undefined): number {
  return (map?.steps ?? []).reduce((sum, one) => sum + one.count * stepCost(river, one.step), 0);
}

export interface Against {
  now: number;
  before: number[];
  low: number;
  high: number;
  /** Difference to the median of the weeks before, as a share of it; undefined without one. */
  change: number | undefined;
  isUnusual: boolean;
}

export function against(values: readonly number[]): Against {
  const [now = 0, ...before] = values;
  const sorted = [...before].sort((a, b) => a - b);
  const median = sorted.length === 0 ? 0 : ((sorted[(sorted.length - 1) >> 1] ?? 0) + (sorted[sorted.length >> 1] ?? 0)) / 2;
  const low = sorted[0] ?? 0;
  const high = sorted.at(-1) ?? 0;
  return { now, before, low, high, change: median > 0 ? (now - median) / median : undefined, isUnusual: now < low || now > high };
}
