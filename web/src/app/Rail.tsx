// app/Rail.tsx - the places one can go to; the thread marks where one is.
import { Link } from "../parts/Link";
import type { Key } from "../words";
import { Mark } from "./Mark";
import { useAddress } from "./router";
import { leave, useMe } from "./session";
import { useSettings, type Theme } from "./settings";

export const places: readonly { path: string; name: Key; key: string }[] = [
  { path: "/", name: "place.home", key: "h" },
  { path: "/journeys/map", name: "place.journeys", key: "j" },
  { path: "/journeys/frictions?view=company", name: "place.frictions", key: "f" },
  { path: "/customers", name: "place.customers", key: "c" },
  { path: "/costs", name: "place.costs", key: "k" },
  { path: "/data", name: "place.data", key: "d" },
];

function isHere(place: string, at: string): boolean {
  const path = place.split("?")[0] ?? "";
  if (path === "/") return at === "/";
  if (path === "/journeys/frictions") return at === path;
  if (path === "/journeys/map") return at.startsWith("/journeys/") && at !== "/journeys/frictions";
  return at === path || at.startsWith(`${path}/`);
}

const nextTheme: Record<Theme, Theme> = { system: "light", light: "dark", dark: "system" };

export function Rail({ onPalette }: { onPalette: () => void }) {
  const { words, language, theme, setLanguage, setTheme } = useSettings();
  const { t } = words;
  const me = useMe();
  const at = useAddress().pathname;
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
        {me.name && (
          <button type="button" className="quiet" onClick={() => void leave()}>
            {t("door.leave", { name: me.name })}
          </button>
        )}
      </div>
    </header>
  );
}
