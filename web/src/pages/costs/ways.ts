// pages/costs/ways.ts - the ways a customer can take with a question: channels, for any reason or for one.  How a contact came out
// is no way: nobody can choose it.
import { viewOf } from "../../views/views";
import { about, type Selectors, type Telling } from "./telling";

export interface Way {
  key: string;
  channel: string;
  /** The events that are a contact by this way. */
  events: Selectors;
}

const river = viewOf("contacts");
const help = (river.steps.find((one) => one.key === "help")?.events ?? []) as Selectors;
const ANSWERED = ["inbound.resolved", "inbound.retained", "inbound.unresolved", "inbound.leaving"];

export const WAYS: readonly Way[] = [
  { key: "phone", channel: "phone", events: { channel: "phone", activity: ANSWERED } },
  { key: "bot", channel: "bot", events: { activity: "chat.visitor.bot_opened" } },
  { key: "chat", channel: "chat", events: { activity: "chat.agent.joined" } },
  { key: "help", channel: "web", events: help },
  { key: "mail", channel: "email", events: { channel: ["email", "web"], activity: "ticket.created" } },
  { key: "social", channel: "social", events: { channel: "social", activity: "ticket.created" } },
  { key: "shop", channel: "store", events: { activity: "store.visit" } },
];

/** A contact by this way about one reason, and about another: by its own events, or by those that tell of it. undefined: the way
 *  does not tell it. */
export function aboutBy({ channel, events }: Way, tellings: readonly Telling[], reason: string): { of: Selectors; others: Selectors } | undefined {
  const telling = tellings.find((one) => one.channel === channel && one.solves === true);
  const others = telling?.beside ? telling.events : events;
  const of = telling && about(telling, reason, others);
  return of ? { of, others } : undefined;
}

/** The way that people take on that channel, if it is one that they choose. */
export function wayOf(channel: string): string | undefined {
  return WAYS.find((one) => one.channel === channel)?.key;
}

/** What else may follow: it costs, but begins no episode. */
const AFTER: readonly { name: string; channel: string; events: object }[] = [
  { name: "given up", channel: "", events: { channel: "phone", activity: "inbound.abandoned" } },
  { name: "visit", channel: "field", events: { activity: ["visit.done", "visit.failed"] } },
];

/** The ways as a definition, of one reason by where it is told; `counted`: what is worth 1, and nothing else costs, so that its number is what changes. */
export function definitionOfWays(costs: Record<string, number>, reason: string, tellings: readonly Telling[], counted?: { name: string; activity: string }): string {
  const price = (channel: string) => (counted || costs[channel] === undefined ? {} : { cost: costs[channel] });
  const steps = WAYS.flatMap((way) => {
    const { key, channel, events } = way;
    const told = reason === "" ? undefined : aboutBy(way, tellings, reason);
    if (!told) return [{ name: key, events, ...price(channel) }];
    return [{ name: key, events: told.of, ...price(channel) }, { name: `${key}, other reasons`, events: told.others, ...price(channel) }];
  });
  return JSON.stringify({
    version: 1,
    name: counted?.name ?? "ways",
    steps: [...steps, ...AFTER.map(({ name, channel, events }) => ({ name, events, ...price(channel) })), ...(counted ? [{ name: counted.name, events: counted.activity, value: 1 }] : [])],
    ...river.rules,
  });
}
