// pages/costs/holdout.ts - how many customers, and so how many weeks, until an effect shows against a hold-out.
//
// Two groups are compared by their mean number of contacts.  Contacts are counts, so their variance is taken as their mean
// (more scattered ones need more weeks).  With n1 customers launched on and n2 kept, the difference d shows with 80 % power
// at the 5 % level when d^2 = (1.96 + 0.84)^2 (v1/n1 + v2/n2).

const Z = 1.959964 + 0.841621;
const WEEKS = 365.25 / 7;
const WEEKS_MAX = 260; // five years: nobody waits that long

export interface HoldOutPlan {
  /** Episodes in the smaller group. */
  each: number;
  weeks: number;
}

export function holdOut(contacts: { mean_from: number; mean_to: number }, episodesPerYear: number, share: number): HoldOutPlan | undefined {
  const difference = contacts.mean_to - contacts.mean_from;
  if (difference === 0 || episodesPerYear <= 0 || share <= 0 || share >= 1) return undefined;
  const spread = contacts.mean_to / share + contacts.mean_from / (1 - share);
  const all = (Z * Z * spread) / (difference * difference);
  const weeks = Math.max(1, Math.ceil((all / episodesPerYear) * WEEKS));
  return weeks > WEEKS_MAX ? undefined : { each: Math.ceil(all * Math.min(share, 1 - share)), weeks };
}

/** A number of 32 bits that looks like chance and is always the same: FNV-1a over UTF-8, mixed by MurmurHash3's last step. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Is it launched on that customer? By the seed alone: who asks again gets the same groups, whoever joins later one of them. */
export function isLaunched(customer: string, seed: string, share: number): boolean {
  return hashOf(`${seed}:${customer}`) / 2 ** 32 < share;
}

/** What the list of a trial says when it is imported; the groups are compared by it. */
export const LAUNCHED = "trial.launched";
export const KEPT = "trial.kept";

/** A row a customer, a column for each kind of identifier: as the import of the page of data reads it. */
export function assignment(customers: readonly string[], seed: string, share: number, time: string): { head: string[]; rows: string[][] } {
  const split = [...new Set(customers)].sort().map((whole) => ({ whole, at: whole.indexOf(":") }));
  const typeOf = ({ whole, at }: { whole: string; at: number }) => (at < 0 ? "customer" : whole.slice(0, at));
  const types = [...new Set(split.map(typeOf))].sort();
  return {
    head: ["time", "activity", "seed", ...types],
    rows: split.map((one) => [time, isLaunched(one.whole, seed, share) ? LAUNCHED : KEPT, seed, ...types.map((type) => (type === typeOf(one) ? one.whole.slice(one.at + 1) : ""))]),
  };
}
