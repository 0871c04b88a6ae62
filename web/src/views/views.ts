// views/views.ts - the gallery: analyses to start with, each a journey definition whose steps are named in
// both languages.  They read the ready-made mappings of examples/mappings; "all" reads whatever is there.
import type { Language } from "../words";
import type { FrictionPlace } from "../api/types";
import { activityName } from "../words/activities";

type Patterns = string | readonly string[];
type Selector = Patterns | { channel?: Patterns; activity?: Patterns; where?: readonly string[] };

export interface ViewStep {
  key: string;
  fr: string;
  en: string;
  /** Whose contacts cost what the page of costs says: the bot's cost another amount than a chat with a person. */
  channel: string;
  events: Selector | readonly Selector[];
  cost?: number;
}

export interface WatchedPlace {
  fr: string;
  en: string;
  place: FrictionPlace;
}

export interface View {
  key: string;
  fr: { name: string; about: string };
  en: { name: string; about: string };
  steps: readonly ViewStep[];
  rules: { start?: string[]; goal?: string[]; failure?: string[]; gap?: string; window?: string; by?: string };
  merge: boolean;
  restart?: boolean;
  funnel: readonly string[];
  /** Steps where one wanted to be, besides those of `rules.goal`: who stops there is no loss. */
  good?: readonly string[];
  /** Of those, what costs so much that to need it is a detour. */
  dear?: readonly string[];
  /** Places at which every passage should go well: what those for whom it does not have in common is looked for first. */
  watched?: readonly WatchedPlace[];
  /** The whole definition, of an analysis that somebody drew: told as it stands. */
  definition?: object;
}

const seen = (...names: string[]) => names.flatMap((name) => [`Page Viewed: ${name}`, `Screen Viewed: ${name}`]);

const help = seen("Aide", "Article d'aide", "Nous contacter", "Incidents en cours", "Suivi de commande", "Résilier", "Je déménage");
const step = (key: string, fr: string, en: string, channel: string, events: ViewStep["events"], cost?: number): ViewStep =>
  cost === undefined ? { key, fr, en, channel, events } : { key, fr, en, channel, events, cost };

const contact = step("contact", "Contact humain", "Human contact", "phone",
  ["inbound.resolved", "inbound.unresolved", "inbound.abandoned", "inbound.retained", "inbound.leaving",
   "chat.agent.joined", "ticket.created"], 5.84);

/** Calls of the analysis of frictions: one is a call also where nobody answers, or the IVR alone. */
const calls = ["Call", "Bill call", "Call transferred", "Bill call transferred", "Call given up", "Served by IVR", "Left in IVR"];
const HOUR_S = 3600;

export const views: readonly View[] = [
  {
    key: "contacts",
    fr: { name: "La rivière", about: "Tous les contacts d'un client, tant que moins de 7 jours les séparent." },
    en: { name: "The river", about: "All contacts of a customer, as long as less than 7 days lie between them." },
    steps: [
      step("help", "Aide en ligne", "Online help", "web", help, 0.1),
      step("ivr", "Réglé par le SVI", "Settled by the IVR", "ivr", "ivr.contained", 0.1),
      step("solved", "Appel résolu", "Call, solved", "phone", ["inbound.resolved", "inbound.retained"], 5.84),
      step("unsolved", "Appel non résolu", "Call, not solved", "phone", ["inbound.unresolved", "inbound.leaving"], 5.84),
      step("lost", "Appel abandonné", "Call, given up", "phone", "inbound.abandoned"),
      step("bot", "Assistant", "Chat bot", "bot", "chat.visitor.bot_opened", 0.1),
      step("chat", "Tchat", "Chat", "chat", "chat.agent.joined", 5),
      step("mail", "Courriel ou formulaire", "E-mail or form", "email", { channel: ["email", "web"], activity: "ticket.created" }, 3.75),
      step("answer", "Réponse écrite", "Written answer", "email", { channel: ["email", "social"], activity: "ticket.answered" }),
      step("social", "Réseaux sociaux", "Social networks", "social", { channel: "social", activity: "ticket.created" }, 2),
      step("shop", "Boutique", "Shop", "store", "store.visit", 12),
      step("visit", "Technicien", "Technician", "field", "visit.done", 95),
      step("visit_failed", "Rendez-vous manqué", "Visit, failed", "field", "visit.failed", 95),
      step("outage", "Ligne en panne", "Line down", "iot", "line.down"),
      step("ended", "Contrat résilié", "Contract ended", "backoffice", "contract.ended"),
    ],
    rules: { gap: "7d" },
    merge: false,
    funnel: ["help", "unsolved", "solved"],
    good: ["ivr", "solved", "answer", "visit"],
    dear: ["visit"],
  },
  {
    key: "repeats",
    fr: { name: "Contacts répétés", about: "Les contacts humains d'une même personne à moins de 7 jours l'un de l'autre : chaque passage est un contact de plus." },
    en: { name: "Repeat contacts", about: "Human contacts of one person less than 7 days apart: each passage is one contact more." },
    steps: [
      step("call", "Appel", "Call", "phone", ["inbound.resolved", "inbound.retained", "inbound.unresolved", "inbound.leaving"], 5.84),
      step("lost", "Appel abandonné", "Call, given up", "phone", "inbound.abandoned"),
      step("chat", "Tchat", "Chat", "chat", "chat.agent.joined", 5),
      step("mail", "Courriel ou formulaire", "E-mail or form", "email", { channel: ["email", "web"], activity: "ticket.created" }, 3.75),
      step("social", "Réseaux sociaux", "Social networks", "social", { channel: "social", activity: "ticket.created" }, 2),
      step("shop", "Boutique", "Shop", "store", "store.visit", 12),
    ],
    rules: { gap: "7d" },
    merge: false,
    funnel: [],
  },
  {
    key: "channel",
    fr: { name: "Changer de chaîne", about: "Du choix d'une chaîne de télévision à sa confirmation, en un jour au plus." },
    en: { name: "TV channel change", about: "From choosing a TV channel to its confirmation, within a day." },
    steps: [
      step("mine", "Mes chaînes", "My channels", "web", seen("Mes chaînes")),
      step("choose", "Choix de la chaîne", "Choice of channel", "web", seen("Choix de la chaîne"), 0.1),
      step("failed", "Confirmation échouée", "Confirmation failed", "app", "Channel Change Failed"),
      step("confirmed", "Confirmée", "Confirmed", "web", "Channel Change Confirmed"),
      contact,
    ],
    rules: { start: ["choose"], goal: ["confirmed"], failure: ["contact"], window: "24h" },
    merge: true,
    funnel: ["choose", "confirmed"],
  },
  {
    key: "bill",
    fr: { name: "De la facture au paiement", about: "Ce qui suit une facture : consultation, contact, paiement." },
    en: { name: "From bill to payment", about: "What follows a bill: looking at it, a contact, the payment." },
    steps: [
      step("promo", "Facture, fin de promotion", "Bill, end of promotion", "backoffice", { activity: "bill.issued", where: ["Libelle~*fin de promotion*"] }),
      step("bill", "Facture", "Bill", "backoffice", "bill.issued"),
      step("look", "Facture consultée", "Bill looked at", "web", seen("Mes factures", "Facture"), 0.1),
      contact,
      step("rejected", "Prélèvement rejeté", "Debit rejected", "backoffice", "payment.rejected"),
      step("paid", "Payée", "Paid", "backoffice", ["payment.received", "Payment Completed"]),
    ],
    rules: { start: ["bill", "promo"], goal: ["paid"], window: "25d" },
    merge: true,
    restart: true,
    funnel: ["bill", "contact", "paid"],
  },
  {
    key: "order",
    fr: { name: "Commande à mise en service", about: "De la commande à la ligne qui marche, en 60 jours au plus." },
    en: { name: "Order to activation", about: "From the order to the line that works, within 60 days." },
    steps: [
      step("placed", "Commande", "Order", "web", "order.placed"),
      step("accepted", "Acceptée", "Accepted", "backoffice", "order.accepted"),
      step("shipped", "Expédiée", "Shipped", "backoffice", "order.shipped"),
      step("appointment", "Rendez-vous fixé", "Appointment set", "backoffice", "order.appointment_set"),
      step("moved", "Rendez-vous déplacé", "Appointment moved", "backoffice", "order.appointment_moved"),
      step("visit_failed", "Rendez-vous manqué", "Visit, failed", "field", "visit.failed", 95),
      contact,
      // A line of copper or a telephone is activated, a fibre connected: either way it works from then on.
      step("active", "En service", "In service", "backoffice", ["order.activated", "order.connected"]),
    ],
    rules: { start: ["placed"], goal: ["active"], window: "60d" },
    merge: true,
    funnel: ["placed", "accepted", "active"], // a fibre is never shipped
  },
  {
    key: "ivr",
    fr: { name: "Réussite du SVI", about: "Chaque appel, de l'entrée dans le serveur vocal à sa fin." },
    en: { name: "Success of the IVR", about: "Every call, from entering the voice server to its end." },
    steps: [
      step("begun", "Entrée dans le SVI", "IVR entered", "ivr", "ivr.begun", 0.1),
      step("choice", "Choix d'un motif", "Reason chosen", "ivr", "ivr.choice"),
      step("contained", "Réglé par le SVI", "Settled by the IVR", "ivr", "ivr.contained"),
      step("left", "Raccroché", "Hung up", "ivr", "ivr.left"),
      step("queue", "File d'attente", "Queue", "phone", "queue.ENTERQUEUE"),
      step("agent", "Conseiller", "Agent", "phone", "queue.CONNECT", 5.84),
      step("transfer", "Transfert", "Transfer", "phone", "queue.BLINDTRANSFER"),
      step("lost", "Attente abandonnée", "Wait given up", "phone", "queue.ABANDON"),
      step("done", "Appel terminé", "Call over", "phone", ["queue.COMPLETECALLER", "queue.COMPLETEAGENT"]),
    ],
    rules: { start: ["begun"], goal: ["contained"], failure: ["left", "lost"], gap: "2h", by: "@interaction" },
    merge: true,
    funnel: ["begun", "choice", "queue", "agent", "done"],
  },
  {
    key: "bot",
    fr: { name: "Assistant, puis appel", about: "L'assistant suffit-il ? Un contact humain dans les 24 heures est un échec." },
    en: { name: "Chat bot, then a call", about: "Does the bot suffice? A human contact within 24 hours is a failure." },
    steps: [
      step("opened", "Assistant ouvert", "Bot opened", "bot", "chat.visitor.bot_opened", 0.1),
      step("closed", "Clos par l'assistant", "Closed by the bot", "bot", "chat.bot.closed"),
      step("left", "Quitté", "Left", "bot", "chat.bot.left"),
      step("handed", "Passé à un humain", "Handed to a human", "bot", "chat.bot.handed_over"),
      contact,
    ],
    rules: { start: ["opened"], failure: ["contact"], window: "24h" },
    merge: true,
    funnel: ["opened", "closed"],
  },
  {
    key: "digital",
    fr: { name: "Du site au téléphone", about: "Une visite de l'aide en ligne suivie d'un contact humain dans les 24 heures." },
    en: { name: "From the site to the phone", about: "A visit of the online help followed by a human contact within 24 hours." },
    steps: [step("help", "Aide en ligne", "Online help", "web", help, 0.1),
      step("bills", "Factures en ligne", "Bills online", "web", seen("Mes factures", "Facture"), 0.1), contact],
    rules: { start: ["help", "bills"], failure: ["contact"], window: "24h" },
    merge: true,
    funnel: ["help", "contact"],
  },
  {
    key: "company",
    fr: { name: "Frictions", about: "Ce qui tourne mal, sur tous les canaux : changements de chaîne, factures, raccordements, courriels, assistant." },
    en: { name: "Frictions", about: "What goes wrong, over all channels: channel changes, bills, connections, mails, the bot." },
    steps: [
      step("TV change confirmed", "Changement de chaîne confirmé", "TV change confirmed", "web", "Channel Change Confirmed"),
      step("TV change failed", "Changement de chaîne échoué", "TV change failed", "app", "Channel Change Failed"),
      step("Last bill", "Facture de clôture", "Last bill", "backoffice", { activity: "bill.issued", where: ["Libelle~*clôture*"] }),
      step("Bill", "Facture", "Bill", "backoffice", "bill.issued"),
      step("Visit done", "Raccordement réussi", "Connection done", "field", { activity: "visit.done", where: ["commande"] }),
      step("Visit failed", "Raccordement manqué", "Connection failed", "field", { activity: "visit.failed", where: ["commande"] }),
      step("Mail", "Courriel", "Mail", "email", { activity: "ticket.created", where: ["Via"] }, 3.75),
      step("Bot done", "Clos par l'assistant", "Closed by the bot", "bot", "chat.bot.closed", 0.1),
      step("Bot handed over", "Passé par l'assistant à un conseiller", "Bot handed over", "bot", "chat.bot.handed_over", 0.1),
      step("Bot left", "Assistant quitté", "Bot left", "bot", "chat.bot.left", 0.1),
      step("Chat", "Tchat", "Chat", "chat", "chat.agent.joined", 5),
      step("Bill call transferred", "Appel sur facture, transféré", "Bill call, transferred", "phone",
        { activity: "inbound.*", channel: "phone", where: ["reason_code~Facture*", "transfers>=1"] }, 5.84),
      step("Bill call", "Appel sur facture", "Bill call", "phone", { activity: "inbound.*", channel: "phone", where: ["reason_code~Facture*"] }, 5.84),
      step("Call transferred", "Appel transféré", "Call, transferred", "phone", { activity: "inbound.*", channel: "phone", where: ["transfers>=1", "reason_code"] }, 5.84),
      step("Call", "Appel", "Call", "phone", { activity: "inbound.*", channel: "phone", where: ["reason_code"] }, 5.84),
      step("Call given up", "Appel abandonné", "Call given up", "phone", { activity: "inbound.abandoned", channel: "phone" }),
      step("Served by IVR", "Réglé par le SVI", "Settled by the IVR", "ivr", "ivr.contained", 0.1),
      step("Left in IVR", "Raccroché dans le SVI", "Hung up in the IVR", "ivr", "ivr.left"),
      step("Social", "Réseaux sociaux", "Social networks", "social", { activity: "ticket.created", channel: "social" }, 2),
      step("Shop", "Boutique", "Shop", "store", "store.visit"),
      step("Contract ended", "Contrat résilié", "Contract ended", "backoffice", "contract.ended"),
      step("Dunned", "Relancé", "Dunned", "letter", "sent.relance"),
      step("Canvassed", "Démarché", "Canvassed", "sms", ["sent.reconquete", "sms.reconquete"]),
    ],
    rules: {},
    merge: false,
    funnel: ["Bill", "Bill call"],
    good: ["TV change confirmed", "Visit done", "Bot done", "Served by IVR"],
    watched: [
      { fr: "Changement de chaîne qui échoue à la confirmation", en: "TV channel change that fails at its confirmation",
        place: { kind: "instead", at: ["TV change confirmed"], to: ["TV change failed"] } },
      { fr: "Facture suivie d'un appel à son sujet dans les 10 jours", en: "Bill, followed by a call about it within 10 days",
        place: { kind: "later", at: ["Bill"], to: ["Bill call", "Bill call transferred"], within_s: 240 * HOUR_S, own: true } },
      { fr: "Raccordement manqué", en: "Connection that fails",
        place: { kind: "instead", at: ["Visit done"], to: ["Visit failed"], own: true } },
      { fr: "Courriel dont l'auteur appelle aussi, dans les 60 heures", en: "Mail whose writer calls too, within 60 hours",
        place: { kind: "later", at: ["Mail"], to: calls, within_s: 60 * HOUR_S, own: true } },
      { fr: "Appel transféré", en: "Call that is transferred",
        place: { kind: "instead", at: ["Call", "Bill call"], to: ["Call transferred", "Bill call transferred"], own: true } },
      { fr: "Conversation close par l'assistant, suivie d'un appel dans les 30 heures", en: "Chat closed by the bot, followed by a call within 30 hours",
        place: { kind: "later", at: ["Bot done"], to: calls, within_s: 30 * HOUR_S } },
      { fr: "Ancien client relancé ou démarché dans les 120 jours", en: "Former customer dunned or canvassed within 120 days",
        place: { kind: "later", at: ["Contract ended"], to: ["Dunned", "Canvassed"], within_s: 120 * 24 * HOUR_S } },
    ],
  },
  {
    key: "all",
    fr: { name: "Toutes les activités", about: "Sans définition : chaque activité est une étape, chaque fil un parcours." },
    en: { name: "All activities", about: "No definition: every activity is a step, every thread a journey." },
    steps: [],
    rules: {},
    merge: false,
    funnel: [],
  },
];

export function viewOf(key: string): View {
  const found = views.find((view) => view.key === key) ?? views[0];
  if (found === undefined) throw new Error("no views");
  return found;
}

/** The document that the server reads, or undefined where every activity is a step; with what contacts cost elsewhere, if told. */
export function definitionOf(view: View, costs: Record<string, number> = {}): string | undefined {
  if (view.steps.length === 0) return undefined;
  if (view.definition) return JSON.stringify(view.definition);
  return JSON.stringify({
    version: 1,
    name: view.en.name,
    steps: view.steps.map(({ key, events, cost, channel }) => ({ name: key, events, ...(cost === undefined ? {} : { cost: costs[channel] ?? cost }) })),
    repeats: view.merge ? "merge" : "keep",
    ...(view.restart ? { restart: true } : {}),
    ...view.rules,
  });
}

export function stepName(view: View, key: string, language: Language): string {
  return view.steps.find((one) => one.key === key)?.[language] ?? (view.steps.length === 0 ? activityName(key, language) : key);
}

/** The names of events that are a step: what a filter takes. */
export function activitiesOf(view: View, key: string): string[] {
  const one = view.steps.find((step) => step.key === key)?.events ?? [];
  const selectors: readonly Selector[] = Array.isArray(one) ? (one as readonly Selector[]) : [one as Selector];
  const names = (patterns: Patterns | undefined) => (patterns === undefined ? [] : typeof patterns === "string" ? [patterns] : [...patterns]);
  return selectors.flatMap((selector) => (typeof selector === "string" || Array.isArray(selector) ? names(selector as Patterns) : names((selector as { activity?: Patterns }).activity)));
}

/** The channels that a step's events name, where all of them name some: mails and messages are told apart by nothing else. */
export function channelsOf(view: View, key: string): string[] | undefined {
  const one = view.steps.find((step) => step.key === key)?.events ?? [];
  const selectors: readonly Selector[] = Array.isArray(one) ? (one as readonly Selector[]) : [one as Selector];
  const named = selectors.map((selector) => (typeof selector === "object" && "channel" in selector ? selector.channel : undefined));
  return named.length === 0 || named.includes(undefined) ? undefined : named.flatMap((channel) => (typeof channel === "string" ? [channel] : [...(channel ?? [])]));
}

export function isGoodStep(view: View, key: string): boolean {
  return (view.good ?? []).includes(key) || (view.rules.goal ?? []).includes(key);
}

export function stepChannel(view: View, key: string): string | undefined {
  return view.steps.find((one) => one.key === key)?.channel;
}

export function stepCost(view: View, key: string): number {
  return view.steps.find((one) => one.key === key)?.cost ?? 0;
}
