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
