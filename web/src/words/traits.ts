// words/traits.ts - what attributes of the ready-made mappings, and their values, are called by people; others keep their names.
import type { CommonTrait } from "../api/types";
import { begun, type Language } from ".";
import { activityName, channelName } from "./activities";

type Named = readonly [fr: string, en: string];

const attributes: Record<string, Named> = {
  "context.app.version": ["version de l'application", "version of the app"],
  "context.device.model": ["modèle d'appareil", "model of the device"],
  "context.os.name": ["système", "system"],
  "context.os.version": ["version du système", "version of the system"],
  "context.app.name": ["application", "app"],
  "context.device.manufacturer": ["marque de l'appareil", "make of the device"],
  "context.device.type": ["type d'appareil", "type of device"],
  "context.locale": ["langue", "language"],
  "context.campaign.name": ["campagne", "campaign"],
  "context.campaign.source": ["origine de la campagne", "source of the campaign"],
  "context.campaign.medium": ["support de la campagne", "medium of the campaign"],
  campaign: ["campagne", "campaign"],
  product: ["offre", "plan"],
  Produit: ["offre", "plan"],
  internet_offer: ["offre internet", "internet plan"],
  mobile_offer: ["forfait mobile", "mobile plan"],
  sales_channel: ["canal de vente", "sales channel"],
  birth_year: ["année de naissance", "year of birth"],
  Naissance: ["année de naissance", "year of birth"],
  postal_code: ["code postal", "postcode"],
  minutes_down: ["minutes de panne", "minutes down"],
  "Montant TTC": ["montant TTC", "amount incl. tax"],
  amount: ["montant", "amount"],
  Etat: ["état du dossier", "state of the case"],
  Priority: ["priorité", "priority"],
  Group: ["équipe", "team"],
  "Prix mensuel": ["prix mensuel", "monthly price"],
  sender: ["expéditeur", "sender"],
  level: ["niveau de la réclamation", "level of the complaint"],
  nps: ["recommandation (NPS)", "recommendation (NPS)"],
  csat: ["satisfaction (CSAT)", "satisfaction (CSAT)"],
  ces: ["effort ressenti (CES)", "perceived effort (CES)"],
  intent: ["motif donné à l'assistant", "reason told to the bot"],
  outcome: ["issue de l'appel", "outcome of the call"],
  reason_code: ["motif", "reason"],
  Motif: ["motif", "reason"],
  Issue: ["issue en boutique", "outcome in the shop"],
  queue: ["file", "queue"],
  sous_traitant: ["sous-traitant", "subcontractor"],
  departement: ["département", "département"],
  transfers: ["transferts", "transfers"],
  template: ["message reçu", "message received"],
  entry: ["entrée", "entrance"],
  wait_seconds: ["attente (s)", "wait (s)"],
  handle_seconds: ["durée de l'appel (s)", "length of the call (s)"],
  Boutique: ["boutique", "shop"],
  Libelle: ["libellé", "label"],
  choice: ["choix au serveur vocal", "choice in the IVR"],
  platform: ["plate-forme", "platform"],
  address_country: ["pays", "country"],
  currency: ["devise", "currency"],
  path: ["page", "page"],
  referer: ["page d'avant", "page before"],
  host: ["site", "site"],
  status: ["réponse du site", "answer of the site"],
  direction: ["sens de l'appel", "direction of the call"],
  disposition: ["suite de l'appel", "what became of the call"],
  duration: ["durée de l'appel avec sonnerie (s)", "length of the call with ringing (s)"],
  billsec: ["durée de la conversation (s)", "length of the talk (s)"],
  wrap_seconds: ["travail après l'appel (s)", "work after the call (s)"],
  duree_min: ["durée du passage (min)", "length of the visit (min)"],
  Minutes: ["durée du passage en boutique (min)", "length of the visit to the shop (min)"],
  Canal: ["canal du dossier", "channel of the case"],
  Type: ["nature de la demande", "kind of request"],
  Source: ["arrivé par", "came through"],
  Via: ["arrivé par", "came through"],
  stars: ["étoiles", "stars"],
};

const values: Record<string, Named> = {
  resolved: ["résolu", "solved"],
  unresolved: ["non résolu", "not solved"],
  abandoned: ["abandonné", "given up"],
  retained: ["client retenu", "customer kept"],
  leaving: ["départ confirmé", "leaving"],
  transferred: ["transféré", "transferred"],
  true: ["oui", "yes"],
  false: ["non", "no"],
};

/** A condition as one writes it ("context.os.name=Android"), in words. */
export function conditionName(text: string, language: Language): string {
  const [, key = "", value = ""] = /^([^=!<>~]+)=(.*)$/.exec(text) ?? [];
  if (key === "") return text;
  return `${begun(attributes[key]?.[language === "fr" ? 0 : 1] ?? key)}${language === "fr" ? "\u00a0: " : ": "}${values[value]?.[language === "fr" ? 0 : 1] ?? value}`;
}

/** An event as one writes it ("store:", "web:cart.*"), in words. */
export function eventName(text: string, language: Language): string {
  const [, channel, activity] = /^([a-z]+):(.*)$/.exec(text) ?? [];
  if (channel === undefined) return activityName(text, language);
  return [channelName(channel, language), activity && activityName(activity, language)].filter(Boolean).join(", ");
}

/** The trait as the server says it, in the words of those who read it; steps by the names of the analysis. */
export function traitName(trait: CommonTrait, language: Language, nameOf: (step: string) => string = (step) => step): string {
  const side = language === "fr" ? 0 : 1;
  const { name, value, says } = trait;
  if (name !== undefined && value !== undefined && says.startsWith(`${name} = `)) {
    const told = says.slice(name.length + 3);
    return `${attributes[name]?.[side] ?? name}${language === "fr" ? "\u00a0: " : ": "}${values[told]?.[side] ?? told}`;
  }
  if (name !== undefined && trait.kind === "channel-before") return says.replace(name, channelName(name, language).toLocaleLowerCase(language));
  if (name !== undefined && trait.kind === "step-before") return says.replace(name, nameOf(name));
  if (name !== undefined && attributes[name] && says.startsWith(name)) return `${attributes[name][side]}${says.slice(name.length)}`;
  return says;
}
