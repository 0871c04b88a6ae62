// pages/journeys/shares.ts - two shares side by side: how far apart, and how surely.  The methods are the server's
// (src/journey/odds.h): Wilson's interval of a share, Newcombe's of a difference of two.
import type { Interval } from "../../api/types";

const NORMAL_95 = 1.959963984540054;

/** `part` of `whole`, of so many people: one who comes several times is one of them, so that the interval is rather too wide than
 *  too narrow. */
export interface Share {
  part: number;
  whole: number;
  people: number;
}

export function shareOf({ part, whole, people }: Share): Interval {
  if (whole <= 0) return { value: null, low: null, high: null };
  const n = Math.max(1, Math.min(whole, people));
  const p = part / whole;
  const square = NORMAL_95 ** 2;
  const middle = (p + square / (2 * n)) / (1 + square / n);
  const reach = (NORMAL_95 / (1 + square / n)) * Math.sqrt((p * (1 - p)) / n + square / (4 * n * n));
  return { value: p, low: Math.max(0, middle - reach), high: Math.min(1, middle + reach) };
}

/** The second less the first. */
export function gapOf(first: Interval, second: Interval): Interval {
  if (first.value === null || first.low === null || first.high === null || second.value === null || second.low === null || second.high === null)
    return { value: null, low: null, high: null };
  const value = second.value - first.value;
  return {
    value,
    low: value - Math.hypot(second.value - second.low, first.high - first.value),
    high: value + Math.hypot(second.high - second.value, first.value - first.low),
  };
}

/** Nought is not among what it may be. */
export function isSure({ low, high }: Interval): boolean {
  return low !== null && high !== null && (low > 0 || high < 0);
}
