// pages/journeys/earlier.ts - the period of the same length before the one asked about.
import type { Parameters } from "../../api/client";
import type { Status } from "../../api/types";
import { isoDay } from "../../words";

const DAY_MS = 86_400_000;

export function earlier(parameters: Parameters, status: Status | undefined): { since: string; until: string } | undefined {
  const { since, until } = parameters;
  if (typeof since !== "string" || !status?.last_time) return undefined;
  const end = typeof until === "string" ? Date.parse(until) : Date.parse(isoDay(Date.parse(status.last_time))) + DAY_MS;
  const start = Date.parse(since);
  if (Number.isNaN(start) || end <= start) return undefined;
  return { since: new Date(2 * start - end).toISOString().slice(0, 10), until: since };
}
