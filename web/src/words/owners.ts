// words/owners.ts - who answers for what happens on a channel, as companies are usually cut; yours may differ.
import type { Language } from ".";

const owners: Record<string, readonly [fr: string, en: string]> = {
  phone: ["Service client, téléphone", "Customer service, phone"],
  ivr: ["Service client, serveur vocal", "Customer service, IVR"],
  chat: ["Service client, tchat", "Customer service, chat"],
  bot: ["Équipe de l'assistant", "Chat bot team"],
  email: ["Service client, écrit", "Customer service, mail"],
  letter: ["Service client, écrit", "Customer service, mail"],
  social: ["Communication", "Communication"],
  store: ["Réseau de boutiques", "Shops"],
  field: ["Interventions", "Field service"],
  iot: ["Réseau", "Network"],
  web: ["Équipe web", "Web team"],
  app: ["Équipe de l'application", "App team"],
  sms: ["Marketing", "Marketing"],
  backoffice: ["Facturation et gestion", "Billing and back office"],
};

export function ownerName(channel: string | undefined, language: Language): string {
  const side = language === "fr" ? 0 : 1;
  return owners[channel ?? ""]?.[side] ?? (side === 0 ? "À désigner" : "To be named");
}
