// app/settings.tsx - language and theme: of this browser, kept there; the address may say the language.
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from "react";
import { speak } from "../api/client";
import { useAddress } from "./router";
import { wordsOf, type Language, type Words } from "../words";

export type Theme = "light" | "dark" | "system";

interface Settings {
  language: Language;
  theme: Theme;
  setLanguage(to: Language): void;
  setTheme(to: Theme): void;
  words: Words;
}

const Context = createContext<Settings | null>(null);

function kept(key: string): string | null {
  try {
    return window.localStorage.getItem(key);
  } catch {
    return null; // a browser that keeps nothing
  }
}

function keep(key: string, value: string): void {
  try {
    window.localStorage.setItem(key, value);
  } catch {
    // likewise
  }
}

function firstLanguage(asked: string | null): Language {
  const said = asked ?? kept("ariane.language") ?? navigator.language;
  return said.toLowerCase().startsWith("en") ? "en" : "fr";
}

export function SettingsProvider({ children }: { children: ReactNode }) {
  const asked = useAddress().searchParams.get("lang");
  const [language, setLanguage] = useState<Language>(() => firstLanguage(asked));
  const [theme, setTheme] = useState<Theme>(() => (kept("ariane.theme") as Theme | null) ?? "system");

  speak(language); // before any question of this rendering is asked
  useEffect(() => {
    document.documentElement.lang = language;
    keep("ariane.language", language);
  }, [language]);
  useEffect(() => {
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    keep("ariane.theme", theme);
  }, [theme]);
  const settings = useMemo(
    () => ({ language, theme, setLanguage, setTheme, words: wordsOf(language) }),
    [language, theme],
  );
  return <Context.Provider value={settings}>{children}</Context.Provider>;
}

export function useSettings(): Settings {
  const settings = useContext(Context);
  if (settings === null) throw new Error("outside of SettingsProvider");
  return settings;
}

export function useWords(): Words {
  return useSettings().words;
}
