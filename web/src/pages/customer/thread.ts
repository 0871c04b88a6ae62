// pages/customer/thread.ts - a thread made for reading: days, what belongs together, and the silences between.
import type { EventRecord, Json } from "../../api/types";
import { isoDay } from "../../words";

export interface Group {
  key: string;
  channel: string;
  /** Each system numbers the same call its own way. */
  interactions: Set<string>;
  events: EventRecord[];
}

export interface Day {
  day: string;
  /** Days without anything before this one. */
  silence: number;
  groups: Group[];
}

const SESSION_MS = 30 * 60_000;
const DAY_MS = 86_400_000;

/** Times without a zone are UTC. */
export function instant(time: string): number {
  return Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(time) ? time : `${time}Z`);
}

/** One call is told by several systems: the phone, the IVR, the queue and the desk's record speak of it. */
const family = (channel: string) => (channel === "ivr" ? "phone" : channel);

function belongs(group: Group, event: EventRecord): boolean {
  const last = group.events.at(-1);
  if (!last) return false;
  if (event.interaction && group.interactions.has(event.interaction)) return true;
  if (family(group.channel) !== family(event.channel) || group.channel === "backoffice") return false;
  return instant(event.time) - instant(last.time) <= (family(group.channel) === "phone" ? 5 * 60_000 : SESSION_MS);
}

export function daysOf(events: readonly EventRecord[]): Day[] {
  const days: Day[] = [];
  for (const event of events) {
    const day = isoDay(instant(event.time));
    let now = days.at(-1);
    if (now?.day !== day) {
      const silence = now ? Math.round((Date.parse(day) - Date.parse(now.day)) / DAY_MS) - 1 : 0;
      days.push((now = { day, silence, groups: [] }));
    }
    const group = now.groups.findLast((one) => belongs(one, event));
    const home = group ?? { key: `${event.source}${event.message_id}`, channel: family(event.channel), interactions: new Set<string>(), events: [] };
    if (!group) now.groups.push(home);
    home.events.push(event);
    if (event.interaction) home.interactions.add(event.interaction);
  }
  return days;
}

/** The latest day and what was last in it first; what happened within one contact is told as it went. */
export function newestFirst(days: readonly Day[]): Day[] {
  return days.map((day) => ({ ...day, groups: [...day.groups].reverse() })).reverse();
}

/** Nested attributes as "a.b": value. */
export function flat(attributes: { [key: string]: Json } | undefined, before = ""): [string, string][] {
  return Object.entries(attributes ?? {}).flatMap(([key, value]): [string, string][] => {
    if (value !== null && typeof value === "object" && !Array.isArray(value)) {
      if (typeof value.$time === "string") return [[before + key, value.$time]];
      return flat(value, `${before}${key}.`);
    }
    return [[before + key, Array.isArray(value) ? value.map(String).join(", ") : String(value)]];
  });
}

const TELLING = [
  "reason_code", "Motif", "choice", "queue", "Subject", "Libelle", "Montant TTC", "product", "Produit", "Boutique", "Issue",
  "sous_traitant", "template", "nps", "csat", "stars", "minutes_down", "transfers", "status", "Status",
];

/** What distinguishes an event, in a few words. */
export function gist(event: EventRecord): string {
  const known = new Map(flat(event.attributes));
  return TELLING.flatMap((key) => known.get(key) ?? []).filter((value) => value !== "0").slice(0, 3).join(" · ");
}
