// words/acts.ts - what the audit's acts and outcomes are called by people; an act of another program keeps its name.
import type { Language } from ".";

const acts: Record<string, readonly [fr: string, en: string]> = {
  "sign in": ["Connexion", "Signed in"],
  "sign out": ["Déconnexion", "Signed out"],
  access: ["Dossier d'une personne remis", "A person's file handed over"],
  erase: ["Personne effacée", "Person erased"],
  retention: ["Règles de conservation appliquées", "Retention rules applied"],
  "retention add": ["Règle de conservation créée", "Retention rule made"],
  "retention remove": ["Règle de conservation supprimée", "Retention rule removed"],
  "key create": ["Clé d'écriture créée", "Write key made"],
  "key revoke": ["Clé d'écriture révoquée", "Write key revoked"],
  "key rotate": ["Clé d'écriture remplacée", "Write key replaced"],
  "token create": ["Jeton créé", "Token made"],
  "token revoke": ["Jeton révoqué", "Token revoked"],
  "user create": ["Utilisateur créé", "User made"],
  "user disable": ["Utilisateur bloqué", "User locked"],
  "user enable": ["Utilisateur débloqué", "User unlocked"],
  "user oidc": ["Utilisateur relié à l'annuaire", "User tied to the provider"],
  "user oidc remove": ["Utilisateur délié de l'annuaire", "User untied from the provider"],
  "user password": ["Mot de passe changé", "Password changed"],
  "user role": ["Rôle changé", "Role changed"],
  "user totp": ["Second facteur activé", "Second factor set up"],
  "user totp remove": ["Second facteur retiré", "Second factor removed"],
  "view save": ["Vue enregistrée", "View kept"],
  "view remove": ["Vue supprimée", "View removed"],
  "view comment": ["Vue commentée", "View commented"],
  "GET customers/{identifier}": ["Fiche d'un client lue", "A customer's page read"],
  "GET customers/{identifier}/thread": ["Fil d'un client lu", "A customer's thread read"],
  "GET customers/{identifier}/access": ["Dossier d'une personne remis", "A person's file handed over"],
  "DELETE customers/{identifier}": ["Client effacé", "Customer erased"],
  "GET events": ["Événements lus", "Events read"],
  "POST events/{source}/{message_id}/correct": ["Événement corrigé", "Event corrected"],
  "POST events/{source}/{message_id}/retract": ["Événement retiré", "Event retracted"],
  "DELETE events/{source}/{message_id}": ["Événement effacé", "Event erased"],
  "GET export": ["Événements exportés", "Events exported"],
  "POST imports": ["Fichier importé ou regardé", "File imported or looked at"],
  "GET imports/rejects/{name}": ["Lignes refusées téléchargées", "Refused rows downloaded"],
  "GET journey/list": ["Parcours de clients listés", "Customers' journeys listed"],
  "POST journey/list": ["Parcours de clients listés", "Customers' journeys listed"],
  "POST journey/drivers": ["Causes d'une friction lues, avec des clients", "Causes of a friction read, with customers"],
  "GET journey/drivers": ["Causes d'une friction lues, avec des clients", "Causes of a friction read, with customers"],
  "POST journey/predict": ["Prochaine étape d'un client lue", "A customer's next step read"],
  "GET audit": ["Journal d'audit lu", "Audit read"],
  "GET live": ["Client suivi en direct", "Customer followed live"],
  "POST identity/rules": ["Règles d'identité essayées ou changées", "Identity rules tried or changed"],
  "GET identity/review": ["Rapprochements à décider lus", "Matches to decide read"],
  "POST identity/explain": ["Identité d'un client expliquée", "A customer's identity explained"],
  "POST identity/link": ["Identifiants reliés", "Identifiers linked"],
  "POST identity/unlink": ["Identifiants séparés", "Identifiers separated"],
  "POST identity/undo": ["Décision d'identité défaite", "Identity decision undone"],
  "POST identity/confirm": ["Rapprochement confirmé", "Match confirmed"],
  "POST identity/forbid": ["Rapprochement refusé", "Match forbidden"],
  "POST retention/run": ["Règles de conservation appliquées", "Retention rules applied"],
  "GET segment/members": ["Membres d'un segment lus", "A segment's members read"],
  "POST seal": ["Journal scellé", "Journal sealed"],
};

const outcomes: Record<string, readonly [fr: string, en: string]> = {
  done: ["fait", "done"],
  read: ["lu", "read"],
  refused: ["refusé", "refused"],
};

const side = (language: Language) => (language === "fr" ? 0 : 1);

/** "GET /api/v1/customers/{identifier}" by its short name, and what a command noted as it stands. */
export function actName(action: string, language: Language): string {
  const short = action.replace(" /api/v1/", " ");
  return acts[short]?.[side(language)] ?? short;
}

export function outcomeName(outcome: string, language: Language): string {
  return outcomes[outcome]?.[side(language)] ?? (language === "fr" ? `échec (${outcome})` : `failed (${outcome})`);
}

/** "user:marie", "token:3", "uid:1000". */
export function whoName(who: string, language: Language): string {
  const [kind, ...rest] = who.split(":");
  const name = rest.join(":");
  if (kind === "user") return name;
  if (kind === "token") return language === "fr" ? `jeton ${name}` : `token ${name}`;
  if (kind === "uid") return language === "fr" ? `ligne de commande (${name})` : `command line (${name})`;
  return who;
}
