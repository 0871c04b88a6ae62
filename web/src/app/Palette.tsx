// app/Palette.tsx - Ctrl-K: any customer by any identifier, any page, any analysis, without the mouse.
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { useFind, usePaused, type Found } from "../api/find";
import { views } from "../views/views";
import { usePlaces } from "./Rail";
import { go } from "./router";
import { useMay } from "./session";
import { useSettings } from "./settings";

interface Item {
  key: string;
  name: string;
  note: string;
  act: () => void;
}

const SHOWN_MAX = 12;
const FOUND_MAX = 6;
const NOBODY: readonly Found[] = [];

function folded(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

export function Palette({ onClose }: { onClose: () => void }) {
  const { words, language, setLanguage, setTheme } = useSettings();
  const { t } = words;
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const paused = usePaused(text);
  const answer = useFind(paused, FOUND_MAX);
  const isOfText = paused === text && text.trim() !== "" && !answer.isPlaceholderData; // Enter chooses what was typed, not what was before
  const found = (isOfText ? answer.data?.list : undefined) ?? NOBODY;
  const places = usePlaces();
  const hasAnalyses = useMay()("journeys");

  useEffect(() => dialog.current?.showModal(), []);
  const known = useMemo<Item[]>(
    () => [
      ...places.map((place) => ({ key: place.path, name: t(place.name), note: t("palette.page"), act: () => go(place.path) })),
      ...(hasAnalyses ? views : []).map((view) => ({
        key: `view-${view.key}`,
        name: view[language].name,
        note: t("palette.analysis"),
        act: () => go(`/journeys/map?view=${view.key}`),
      })),
      { key: "language", name: language === "fr" ? "English" : "Français", note: t("palette.action"), act: () => setLanguage(language === "fr" ? "en" : "fr") },
      { key: "dark", name: t("theme.dark"), note: t("palette.action"), act: () => setTheme("dark") },
      { key: "light", name: t("theme.light"), note: t("palette.action"), act: () => setTheme("light") },
      { key: "print", name: t("action.print"), note: t("palette.action"), act: () => window.setTimeout(() => window.print(), 50) },
    ],
    [t, language, setLanguage, setTheme, places, hasAnalyses],
  );
  const items = useMemo<Item[]>(() => {
    const customers = found.map(({ customer, name, matched }) => ({
      key: customer,
      name: name ?? customer,
      note: [...new Set([name ? customer : "", matched ?? ""])].filter((one) => one !== "" && one !== (name ?? customer)).join(" · ") || t("palette.customer"),
      act: () => go(`/customers/${encodeURIComponent(customer)}`),
    }));
    return [...customers, ...known.filter((item) => folded(item.name).includes(folded(text.trim())))].slice(0, SHOWN_MAX);
  }, [found, known, text, t]);
  const choose = (item: Item | undefined) => {
    if (!item) return;
    onClose();
    item.act();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") setAt((i) => Math.min(items.length - 1, i + 1));
    else if (event.key === "ArrowUp") setAt((i) => Math.max(0, i - 1));
    else if (event.key === "Enter") choose(items[at]);
    else return;
    event.preventDefault();
  };
  return (
    <dialog ref={dialog} className="palette" onClose={onClose} aria-label={t("palette.open")} onClick={(event) => event.target === dialog.current && onClose()}>
      <input
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-items"
        aria-activedescendant={items[at] ? `palette-${at}` : undefined}
        aria-label={t("palette.hint")}
        placeholder={t("palette.hint")}
        autoFocus
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKey}
      />
      <ul id="palette-items" role="listbox" aria-label={t("palette.open")}>
        {items.map((item, i) => (
          <li key={item.key} id={`palette-${i}`} role="option" aria-selected={i === at} onMouseMove={() => setAt(i)} onClick={() => choose(item)}>
            <span>{item.name}</span>
            <small>{item.note}</small>
          </li>
        ))}
      </ul>
      {items.length === 0 && <p className="palette-none">{t("palette.none")}</p>}
    </dialog>
  );
}
