// pages/costs/ways.ts - the ways a customer can take with a question: channels, for any reason or for one.  How a contact came out
// is no way: nobody can choose it.
import { viewOf } from "../../views/views";
import { recordOf } from "./channels";

export interface Way {
  key: string;
  channel: string;
  /** The events that are a contact by this way. */
  events: object;
  /** And those about one reason, where the channel tells it: by the attributes of the ready-made mappings. */
  about?: (reason: string) => object;
  /** The events that tell reasons, where those are not the contact itself. */
  told?: object;
}

const river = viewOf("contacts");
const help = river.steps.find((one) => one.key === "help")?.events ?? [];
const ANSWERED = ["inbound.resolved", "inbound.retained", "inbound.unresolved", "inbound.leaving"];
/** Of the bot's messages the one that has understood the reason carries it. */
const understood = (...where: string[]) => ({ channel: "chat", activity: "chat.bot.message", where: ["intent", ...where] });

export const WAYS: readonly Way[] = [
  { key: "phone", channel: "phone", events: { channel: "phone", activity: ANSWERED }, about: (reason) => ({ channel: "phone", activity: ANSWERED, where: [`reason_code=${reason}`] }) },
  { key: "bot", channel: "bot", events: { activity: "chat.visitor.bot_opened" }, about: (reason) => understood(`intent=${reason}`), told: understood() },
  { key: "chat", channel: "chat", events: { activity: "chat.agent.joined" }, about: (reason) => recordOf("chat", `Motif=${reason}`), told: recordOf("chat") },
  { key: "help", channel: "web", events: { activity: help } },
  { key: "mail", channel: "email", events: { channel: ["email", "web"], activity: "ticket.created" }, about: (reason) => recordOf("email", `Motif=${reason}`), told: recordOf("email") },
  { key: "social", channel: "social", events: { channel: "social", activity: "ticket.created" } },
  { key: "shop", channel: "store", events: { activity: "store.visit" }, about: (reason) => ({ activity: "store.visit", where: [`Motif=${reason}`] }) },
];

/** The way that people take on that channel, if it is one that they choose. */
export function wayOf(channel: string): string | undefined {
  return WAYS.find((one) => one.channel === channel)?.key;
}

/** What else may follow: it costs, but begins no episode. */
const AFTER: readonly { name: string; channel: string; events: object }[] = [
  { name: "given up", channel: "", events: { channel: "phone", activity: "inbound.abandoned" } },
  { name: "visit", channel: "field", events: { activity: ["visit.done", "visit.failed"] } },
];

/** The ways as a definition; `counted`: what is worth 1, and nothing else costs, so that its number is what changes. */
export function definitionOfWays(costs: Record<string, number>, reason: string, counted?: { name: string; activity: string }): string {
  const price = (channel: string) => (counted || costs[channel] === undefined ? {} : { cost: costs[channel] });
  const steps = WAYS.flatMap(({ key, channel, events, about, told }) => {
    if (reason === "" || !about) return [{ name: key, events, ...price(channel) }];
    return [{ name: key, events: about(reason), ...price(channel) }, { name: `${key}, other reasons`, events: told ?? events, ...price(channel) }];
  });
  return JSON.stringify({
    version: 1,
    name: counted?.name ?? "ways",
    steps: [...steps, ...AFTER.map(({ name, channel, events }) => ({ name, events, ...price(channel) })), ...(counted ? [{ name: counted.name, events: counted.activity, value: 1 }] : [])],
    ...river.rules,
  });
}
