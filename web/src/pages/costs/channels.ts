// pages/costs/channels.ts - reasons over channels: where each channel tells the reason, and which channel is the right one.
import type { Interval } from "../../api/types";

/** Channels that tell the reason, by the attribute of the ready-made mappings. */
export const REASON_CHANNELS: readonly { channel: string; isHuman: boolean; events: (reason: string) => object }[] = [
  { channel: "phone", isHuman: true, events: (reason) => ({ channel: "phone", activity: "inbound.*", where: [`reason_code=${reason}`] }) },
  { channel: "store", isHuman: true, events: (reason) => ({ activity: "store.visit", where: [`Motif=${reason}`] }) },
  { channel: "bot", isHuman: false, events: (reason) => ({ channel: "chat", activity: "chat.bot.message", where: [`intent=${reason}`] }) },
];

const CONTACTS = ["inbound.*", "chat.agent.joined", "ticket.created", "store.visit"];

/** Of the bot's many messages in a row the first counts; a person's contacts each do. */
export function definitionOfReason(reason: string, isHuman: boolean): string {
  return JSON.stringify({
    version: 1,
    name: reason,
    repeats: isHuman ? "keep" : "merge",
    steps: [
      ...REASON_CHANNELS.map(({ channel, events }) => ({ name: channel, events: events(reason) })),
      { name: "contact", events: CONTACTS },
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
