// pages/costs/channels.ts - reasons over channels: where each channel tells the reason, and which channel is the right one.
import type { Interval } from "../../api/types";

/** What the desk writes down of each chat and mail: a record for each contact, with its reason. */
export const recordOf = (channel: string, ...where: string[]) => ({ channel, activity: ["dossier.Ouvert", "dossier.Complété"], where: ["Motif", ...where] });

interface ReasonChannel {
  channel: string;
  isHuman: boolean;
  /** The contacts on it about that reason; null: it never tells this one. */
  events: (reason: string) => object | null;
}

/** Channels that tell the reason and solve, by the attribute of the ready-made mappings. */
export const REASON_CHANNELS: readonly ReasonChannel[] = [
  { channel: "phone", isHuman: true, events: (reason) => ({ channel: "phone", activity: "inbound.*", where: [`reason_code=${reason}`] }) },
  { channel: "store", isHuman: true, events: (reason) => ({ activity: "store.visit", where: [`Motif=${reason}`] }) },
  { channel: "chat", isHuman: true, events: (reason) => recordOf("chat", `Motif=${reason}`) },
  { channel: "email", isHuman: true, events: (reason) => recordOf("email", `Motif=${reason}`) },
  { channel: "bot", isHuman: false, events: (reason) => ({ channel: "chat", activity: "chat.bot.message", where: [`intent=${reason}`] }) },
];

/** What is chosen in the telephone menu. */
const CHOICES: Record<string, string> = {
  "Internet, TV, wifi": "internet", "Facture, paiement": "facture", "Commande, raccordement": "commande", "Mobile, SIM": "mobile",
  "Offre, options": "offre", "Résiliation": "resiliation", "Accès, données": "acces", "Déménagement": "demenagement", "Réclamation": "reclamation",
};
/** Pages of the site that are about one reason; of all others it is not known. */
const PAGES: Record<string, string> = {
  "Internet, TV, wifi": "Incidents en cours", "Commande, raccordement": "Suivi de commande", "Résiliation": "Résilier", "Déménagement": "Je déménage",
};

/** And those that tell it too, of contacts that nobody answers or that follow from another. */
export const TELLING: readonly ReasonChannel[] = [
  ...REASON_CHANNELS,
  { channel: "ivr", isHuman: false, events: (reason) => (CHOICES[reason] ? { activity: "ivr.contained", where: [`choice=${CHOICES[reason]}`] } : null) },
  { channel: "web", isHuman: false, events: (reason) => (PAGES[reason] ? { activity: [`Page Viewed: ${PAGES[reason]}`, `Screen Viewed: ${PAGES[reason]}`] } : null) },
  { channel: "field", isHuman: true, events: (reason) => (reason === "Commande, raccordement" ? { activity: ["visit.done", "visit.failed"], where: ["commande"] } : null) },
];

/** Contacts whose reason is another, or that tell none: of each only one event, that which would have told it. */
const CONTACTS = ["inbound.*", recordOf("chat"), recordOf("email"), { channel: "social", activity: "ticket.created" }, "store.visit"];

/** How often each channel was used about each reason. Of the bot's messages in a row about one reason, the first counts: asked apart. */
export function definitionOfTold(reasons: readonly string[], isBot: boolean): string {
  const steps = TELLING.filter((one) => (one.channel === "bot") === isBot).flatMap(({ channel, events }) =>
    reasons.flatMap((reason) => {
      const told = events(reason);
      return told ? [{ name: stepOf(channel, reason), events: told }] : [];
    }));
  return JSON.stringify({ version: 1, name: "reasons", repeats: isBot ? "merge" : "keep", steps });
}

export const stepOf = (channel: string, reason: string) => `${channel}: ${reason}`;

/** Of the bot's many messages in a row the first counts; a person's contacts each do. */
export function definitionOfReason(reason: string, isHuman: boolean): string {
  return JSON.stringify({
    version: 1,
    name: reason,
    repeats: isHuman ? "keep" : "merge",
    steps: [
      ...REASON_CHANNELS.map(({ channel, events }) => ({ name: channel, events: events(reason) ?? [] })),
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
