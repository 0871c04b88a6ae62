// app/Rail.tsx - the places one can go to; the thread marks where one is.
import { useMemo } from "react";
import { Link } from "../parts/Link";
import type { Key } from "../words";
import { Mark } from "./Mark";
import { useAddress } from "./router";
import { leave, useMe, type Right } from "./session";
import { useSettings, type Theme } from "./settings";

export interface Place {
  path: string;
  name: Key;
  right: Right;
}

const all: readonly Place[] = [
  { path: "/", name: "place.home", right: "journeys" },
  { path: "/journeys/map", name: "place.journeys", right: "journeys" },
  { path: "/journeys/frictions?view=company", name: "place.frictions", right: "journeys" },
  { path: "/gallery", name: "place.gallery", right: "journeys" },
  { path: "/customers", name: "place.customers", right: "customers" },
  { path: "/costs", name: "place.costs", right: "journeys" },
  { path: "/data", name: "place.data", right: "status" },
];

/** The places that are open to who looks. */
export function usePlaces(): readonly Place[] {
  const { rights } = useMe();
  return useMemo(() => all.filter((place) => rights === undefined || rights.includes(place.right)), [rights]);
}

function isHere(place: string, at: string): boolean {
  const path = place.split("?")[0] ?? "";
  if (path === "/") return at === "/";
  if (path === "/journeys/frictions") return at === path;
  if (path === "/journeys/map") return (at.startsWith("/journeys/") && at !== "/journeys/frictions") || at === "/editor";
  return at === path || at.startsWith(`${path}/`);
}

const nextTheme: Record<Theme, Theme> = { system: "light", light: "dark", dark: "system" };

export function Rail({ onPalette }: { onPalette: () => void }) {
  const { words, language, theme, setLanguage, setTheme } = useSettings();
  const { t } = words;
  const me = useMe();
  const places = usePlaces();
  const here = useAddress().pathname;
  const at = here === "/" && places[0] ? (places[0].path.split("?")[0] ?? here) : here;
  return (
    <header className="rail">
      <Link to="/" className="rail-home" aria-label="Ariane">
        <Mark />
      </Link>
      <button type="button" className="rail-search" onClick={onPalette}>
        <span>{t("palette.open")}</span>
        <kbd>Ctrl K</kbd>
      </button>
      <nav aria-label={t("place.all")}>
        <ul>
          {places.map((place) => (
            <li key={place.path}>
              <Link to={place.path} aria-current={isHere(place.path, at) ? "page" : undefined}>
                {t(place.name)}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <div className="rail-end">
        <button type="button" className="quiet" onClick={() => setLanguage(language === "fr" ? "en" : "fr")}>
          {language === "fr" ? "English" : "Français"}
        </button>
        <button type="button" className="quiet" onClick={() => setTheme(nextTheme[theme])}>
          {t(`theme.${theme}`)}
        </button>
        {me.csrf && (
          <Link to="/account" className="quiet" aria-current={here === "/account" ? "page" : undefined}>
            {t("account.title")}
          </Link>
        )}
        {me.name && (
          <button type="button" className="quiet" onClick={() => void leave()}>
            {t("door.leave", { name: me.name })}
          </button>
        )}
      </div>
    </header>
  );
}
