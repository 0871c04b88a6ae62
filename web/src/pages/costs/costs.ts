// pages/costs/costs.ts - what a contact costs, by channel: defaults, and what this view's address says instead.
import type { JourneyMap } from "../../api/types";
import { useAddress } from "../../app/router";
import { viewOf } from "../../views/views";

/** Of product.md; mail and social are the middle of their ranges. Shop and visit: estimates of the demonstration company. */
export const COSTS: Record<string, number> = {
  phone: 5.84,
  chat: 5,
  bot: 0.1,
  email: 3.75,
  social: 2,
  letter: 9,
  store: 12,
  field: 95,
  web: 0.1,
  app: 0.1,
  ivr: 0.1,
};

export function useCosts(): Record<string, number> {
  const url = useAddress();
  return Object.fromEntries(
    Object.entries(COSTS).map(([channel, otherwise]) => {
      const said = Number(url.searchParams.get(`cost.${channel}`) ?? Number.NaN);
      return [channel, Number.isFinite(said) && said >= 0 ? said : otherwise];
    }),
  );
}

export interface Move {
  contacts: number;
  dear: number;
  cheap: number;
  /** Of the contacts, the share that moves: 0 to 1. */
  share: number;
}

export interface Moved {
  before: number;
  staying: number;
  moving: number;
  after: number;
  saved: number;
}

/** The example of one million subscribers: 5,840,000 becomes 4,672,000 + 20,000 = 4,692,000. */
export function moved({ contacts, dear, cheap, share }: Move): Moved {
  const going = Math.round(contacts * share);
  const before = contacts * dear;
  const staying = (contacts - going) * dear;
  const moving = going * cheap;
  return { before, staying, moving, after: staying + moving, saved: before - staying - moving };
}

export const MILLION: Move = { contacts: 1_000_000, dear: 5.84, cheap: 0.1, share: 0.2 };

const river = viewOf("contacts");
/** Steps of the river that are a contact of a customer, not an answer or a fact. */
export const COUNTED: ReadonlySet<string> = new Set(["help", "ivr", "solved", "unsolved", "lost", "bot", "chat", "mail", "social", "shop", "visit", "visit_failed"]);

/** Contacts by channel. */
export function volumesOf(map: JourneyMap): Map<string, number> {
  const volumes = new Map<string, number>();
  for (const { step, count } of map.steps) {
    const known = river.steps.find((one) => one.key === step);
    if (!known || !COUNTED.has(step)) continue;
    volumes.set(known.channel, (volumes.get(known.channel) ?? 0) + count);
  }
  return volumes;
}
