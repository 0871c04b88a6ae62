// pages/journeys/threadAround.ts - the thread of a customer as it was around a moment.
import { instant } from "../customer/thread";

const AROUND_MS = 7 * 86_400_000;

export function threadAround(customer: string, time: string): string {
  const at = instant(time);
  const span = new URLSearchParams({ since: new Date(at - AROUND_MS).toISOString(), until: new Date(at + AROUND_MS).toISOString() });
  return `/customers/${encodeURIComponent(customer)}?${span}`;
}
