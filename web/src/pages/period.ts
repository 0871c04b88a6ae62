// pages/period.ts - over what time the figures of a page were counted, in words: an amount without it says nothing.
import type { Parameters } from "../api/client";
import { useStatus } from "../api/questions";
import { useWords } from "../app/settings";

const DAY_MS = 86_400_000;
const isDay = (time: string) => /^\d{4}-\d\d-\d\d$/.test(time);
const YEAR_DAYS: readonly [number, number] = [358, 373]; // what people call a year

/** "sur un an", "du 1 mars 2026 au 31 mai 2026": of the period asked for, else of all that is known. */
export function usePeriod({ since, until }: Parameters = {}): string {
  const { t, date } = useWords();
  const status = useStatus().data;
  const from = typeof since === "string" ? Date.parse(since) : Date.parse(status?.first_time ?? "");
  const to = typeof until === "string" ? Date.parse(until) - (isDay(until) ? DAY_MS / 2 : 1) : Date.parse(status?.last_time ?? "");
  if (Number.isNaN(from) || Number.isNaN(to)) return "";
  const days = (to - from) / DAY_MS;
  return days >= YEAR_DAYS[0] && days <= YEAR_DAYS[1] ? t("period.year") : t("period.between", { since: date(from), until: date(to) });
}
