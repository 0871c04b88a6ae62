// pages/data/brought.ts - what each source has brought (docs/schemas/source-events.json), and why a day's total differs from it.
import { dayAfter, type Total } from "./totals";
import type { Schema } from "../../api/paths";

export type Brought = Schema<"source-events">;

export interface DayHere extends Total {
  here: number;
  hidden: number;
  /** The same day as it is in universal time. */
  utc: number;
}

export type Reason = "same" | "absent" | "zone" | "shifted" | "hidden" | "partly_hidden" | "fewer" | "more";

const gapOf = (row: DayHere | undefined) => (row ? row.here - row.total : 0);

function dayBefore(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
}

/** The stated totals beside what is here; days of which nothing is here count 0. */
export function daysHere(totals: readonly Total[], local: readonly Brought[], utc: readonly Brought[]): DayHere[] {
  const of = (rows: readonly Brought[]) => new Map(rows.map((row) => [row.day, row]));
  const here = of(local);
  const universal = of(utc);
  return totals.map((one) => ({
    ...one,
    here: here.get(one.day)?.events ?? 0,
    hidden: here.get(one.day)?.hidden ?? 0,
    utc: universal.get(one.day)?.events ?? 0,
  }));
}

/** The first explanation that the figures bear out. */
export function reasonOf(row: DayHere, all: readonly DayHere[]): Reason {
  const gap = gapOf(row);
  const at = (day: string) => all.find((one) => one.day === day);
  if (gap === 0) return "same";
  if (row.here === 0 && row.hidden === 0) return "absent";
  if (row.utc === row.total) return "zone";
  if (gap + gapOf(at(dayAfter(row.day))) === 0 || gap + gapOf(at(dayBefore(row.day))) === 0) return "shifted";
  if (gap < 0 && row.hidden > 0) return row.hidden >= -gap ? "hidden" : "partly_hidden";
  return gap < 0 ? "fewer" : "more";
}
