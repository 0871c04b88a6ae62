// pages/costs/channels.ts - reasons over channels: where each channel tells the reason, and which channel is the right one.
import type { Interval } from "../../api/types";
import { about, isInARow, selectorsOf, solving, type Telling } from "./telling";

export const REASONS_MAX = 12; // more are too many to read

export const stepOf = (channel: string, reason: string) => `${channel}: ${reason}`;

/** The channels that tell some reason, in the order of the document. */
export const channelsThatTell = (tellings: readonly Telling[]): string[] =>
  [...new Set(tellings.filter((one) => one.attribute !== undefined || one.reason !== undefined).map((one) => one.channel))];

/** How often each channel was used about each reason. What counts once in a row is asked apart. */
export function definitionOfTold(tellings: readonly Telling[], reasons: readonly string[], inARow: boolean): string | undefined {
  const asked = tellings.filter((one) => isInARow(one) === inARow);
  const steps = channelsThatTell(asked).flatMap((channel) =>
    reasons.flatMap((reason) => {
      const events = asked.filter((one) => one.channel === channel).flatMap((one) => about(one, reason) ?? []);
      return events.length > 0 ? [{ name: stepOf(channel, reason), events }] : [];
    }));
  return steps.length === 0 ? undefined : JSON.stringify({ version: 1, name: "reasons", repeats: inARow ? "merge" : "keep", steps });
}

/** Contacts whose reason is another, or that tell none: of each only one event, that which would have told it. */
const othersOf = (tellings: readonly Telling[]) =>
  tellings.filter((one) => one.human === true && (one.solves === true || (one.attribute === undefined && one.reason === undefined)));

/** Contacts about the reason by each way to have it solved, and all others. */
export function definitionOfReason(tellings: readonly Telling[], reason: string, inARow: boolean): string {
  return JSON.stringify({
    version: 1,
    name: reason,
    repeats: inARow ? "merge" : "keep",
    steps: [
      ...solving(tellings, reason).map((one) => ({ name: one.channel, events: about(one, reason) })),
      { name: "contact", events: othersOf(tellings).flatMap((one) => selectorsOf(one.events)) },
    ],
  });
}

export interface Solved {
  channel: string;
  contacts: number;
  cost: number;
  /** Share after which no person was contacted again within seven days. */
  solved: Interval;
}

const SEEN_MIN = 20; // below, a share says nothing

/** What a solution costs there: who is not solved comes again, and pays the channel used now. */
export function perSolution(one: Solved, share: number | null): number | null {
  return share === null || share <= 0 ? null : one.cost / share;
}

/** The channel whose solutions cost least, if they cost less than those of the channel used. */
export function cheapest(channels: readonly Solved[], used: Solved): Solved | undefined {
  const now = perSolution(used, used.solved.value);
  const better = channels.filter((one) => one !== used && one.contacts >= SEEN_MIN)
    .map((one) => ({ one, cost: perSolution(one, one.solved.value) }))
    .filter(({ cost }) => cost !== null && now !== null && cost < now)
    .sort((a, b) => (a.cost ?? 0) - (b.cost ?? 0));
  return better[0]?.one;
}

/** Of so many contacts moved: each costs what it costs there, and each not solved there costs a contact as now besides. The
 *  interval takes both shares at their worse and at their better end, which is wider than 95 %. */
export function savingOf(used: Solved, to: Solved, moved: number): Interval {
  const at = (here: number | null, there: number | null): number | null =>
    here === null || there === null ? null : moved * (used.cost * (1 + (1 - here)) - to.cost - used.cost * (1 - there));
  return { value: at(used.solved.value, to.solved.value), low: at(used.solved.high, to.solved.low), high: at(used.solved.low, to.solved.high) };
}
