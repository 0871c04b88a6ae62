// app/commands.ts - what the palette offers beside customers: every page with its tabs, every analysis, every action; each is
// found by its name and by what else people call it, in either language.
import { useMemo } from "react";
import { views } from "../views/views";
import type { Key, Language } from "../words";
import { usePlaces } from "./Rail";
import { changed, go } from "./router";
import { leave, useMay, useMe, type Right } from "./session";
import { useSettings } from "./settings";

export interface Command {
  key: string;
  name: string;
  note: string;
  /** What is typed is looked for in this. */
  found: string;
  act: () => void;
}

/** Without case and accents. */
export function folded(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

/** Every word that was typed is somewhere in it. */
export function fits(command: Command, typed: string): boolean {
  return folded(typed).split(/\s+/).every((word) => command.found.includes(word));
}

interface Tab {
  path: string;
  name: Key;
  of: Key;
  right: Right;
  also: string;
}

const TABS: readonly Tab[] = [
  { path: "/journeys/flow", name: "tab.flow", of: "place.journeys", right: "journeys", also: "sankey flux flow ruban" },
  { path: "/journeys/variants", name: "tab.variants", of: "place.journeys", right: "journeys", also: "chemins paths variantes" },
  { path: "/journeys/funnel", name: "tab.funnel", of: "place.journeys", right: "journeys", also: "conversion étapes steps tunnel" },
  { path: "/journeys/metrics", name: "tab.metrics", of: "place.journeys", right: "journeys", also: "kpi mesures courbes figures measures" },
  { path: "/journeys/compare", name: "tab.compare", of: "place.journeys", right: "journeys", also: "avant après before after différence" },
  { path: "/journeys/customers", name: "tab.customers", of: "place.journeys", right: "lists", also: "liste list" },
  { path: "/data/sources", name: "sources.title", of: "place.data", right: "import", also: "sources rapprochement reconciliation totaux totals compteurs counters" },
  { path: "/data/events", name: "data.events", of: "place.data", right: "lists", also: "journal log événements" },
  { path: "/data/identity", name: "review.title", of: "place.data", right: "lists", also: "doublons règles rules identity identité duplicates matches" },
  { path: "/data/retention", name: "retention.title", of: "place.data", right: "erase", also: "rgpd gdpr effacement durée purge retention" },
  { path: "/data/doors", name: "data.doors", of: "place.data", right: "doors", also: "utilisateurs users comptes accounts rôles roles mot de passe password" },
  { path: "/data/doors", name: "tokens.title", of: "place.data", right: "doors", also: "jeton token api programme" },
  { path: "/data/doors", name: "keys.title", of: "place.data", right: "doors", also: "clé key écriture write" },
  { path: "/data/audit", name: "audit.title", of: "place.data", right: "audit", also: "qui a lu who read traces" },
  { path: "/editor", name: "gallery.new", of: "place.editor", right: "journeys", also: "nouvelle analyse new analysis dessiner draw éditeur editor créer" },
  { path: "/data#import", name: "import.title", of: "place.data", right: "import", also: "fichier file csv déposer drop upload charger" },
];

const PLACES_ALSO: Partial<Record<Key, string>> = {
  "place.home": "accueil home today tableau de bord dashboard",
  "place.journeys": "carte map parcours journeys",
  "place.frictions": "problèmes causes points de douleur pain points",
  "place.gallery": "vues views analyses modèles enregistrées saved",
  "place.customers": "clients customers recherche search",
  "place.costs": "coûts costs simulateur simulator économies savings argent money",
  "place.data": "données data état status santé health",
};

/** The picture or table in sight, by its button of that name. */
function press(label: string): void {
  const buttons = [...document.querySelectorAll<HTMLButtonElement>("#main :is(.table-head, .tools) button")];
  const inSight = (button: HTMLButtonElement) => {
    const { top, bottom } = button.getBoundingClientRect();
    return bottom > 0 && top < window.innerHeight;
  };
  const named = buttons.filter((button) => button.textContent?.trimStart().startsWith(label));
  (named.find(inSight) ?? named[0])?.click();
}

/** The palette goes away before the page is printed or looked at. */
const soon = (act: () => void) => () => void window.setTimeout(act, 50);

function goTo(path: string): void {
  const here = new URL(window.location.href);
  const [plain = path, part] = path.split("#");
  go(plain.startsWith("/journeys/") && here.pathname.startsWith("/journeys/") ? changed(here, {}, plain) : plain);
  if (part) window.setTimeout(() => document.getElementById(part)?.scrollIntoView(), 300);
}

export function useCommands(): readonly Command[] {
  const { words, language, setLanguage, setTheme } = useSettings();
  const { t } = words;
  const places = usePlaces();
  const may = useMay();
  const { name: me, rights, csrf } = useMe();
  return useMemo(() => {
    const command = (key: string, name: string, note: string, also: string, act: () => void): Command => ({ key, name, note, found: folded(`${name} ${note} ${also}`), act });
    const action = (key: string, name: string, also: string, act: () => void) => command(key, name, t("palette.action"), also, act);
    const open = TABS.filter((tab) => may(tab.right));
    const other: Language = language === "fr" ? "en" : "fr";
    return [
      ...places.map((place) => command(place.path, t(place.name), t("palette.page"), PLACES_ALSO[place.name] ?? "", () => go(place.path))),
      ...open.map((tab) => command(`${tab.path}-${tab.name}`, t(tab.name), t(tab.of), tab.also, () => goTo(tab.path))),
      ...(may("journeys") ? views : []).map((view) => command(`view-${view.key}`, view[language].name, t("palette.analysis"), view[other].name, () => go(`/journeys/map?view=${view.key}`))),
      ...(csrf ? [command("/account", t("account.title"), t("palette.page"), "compte account profil profile mot de passe password second facteur factor totp sessions", () => go("/account"))] : []),
      action("language", language === "fr" ? "English" : "Français", "langue language anglais français english french", () => setLanguage(other)),
      action("dark", t("theme.dark"), "sombre dark nuit night thème theme", () => setTheme("dark")),
      action("light", t("theme.light"), "clair light jour day thème theme", () => setTheme("light")),
      action("system", t("theme.system"), "thème theme automatique automatic", () => setTheme("system")),
      action("print", t("action.print"), "imprimer print pdf papier paper", soon(() => window.print())),
      action("csv", t("action.csv"), "exporter export csv tableur spreadsheet excel table", soon(() => press("CSV"))),
      action("png", t("action.png"), "exporter export image picture png", soon(() => press("PNG"))),
      ...(me ? [action("leave", t("door.leave", { name: me }), "se déconnecter sign out logout quitter sortir leave", () => void leave())] : []),
    ];
  }, [t, language, setLanguage, setTheme, places, rights, me, csrf]);
}
