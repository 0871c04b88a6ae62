// app/Palette.tsx - Ctrl-K: any customer by any identifier, any page, any analysis, any action, without the mouse.
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { ask } from "../api/client";
import type { Customer } from "../api/types";
import { fits, useCommands } from "./commands";
import { go } from "./router";
import { useWords } from "./settings";

interface Item {
  key: string;
  name: string;
  note: string;
  act: () => void;
}

const SHOWN_MAX = 12;

/** What somebody may have typed, as the identifiers it can be; a phone number as the French dial it. */
export function identifiersIn(text: string): string[] {
  const typed = text.trim();
  if (/^[a-z][a-z0-9_]{0,31}:.+$/.test(typed)) return [typed];
  if (/^[^\s@]+@[^\s@]+$/.test(typed)) return [`email:${typed.toLowerCase()}`];
  const digits = typed.replace(/[\s.()-]/g, "");
  if (/^0[1-9]\d{8}$/.test(digits)) return [`phone:+33${digits.slice(1)}`];
  if (/^\+\d{8,15}$/.test(digits)) return [`phone:${digits}`];
  if (/^[\w-]{4,64}$/.test(typed)) return [`customer:${typed}`, `user_id:${typed}`, `case:${typed}`, `account:${typed}`, `loyalty_card:${typed}`];
  return [];
}

function useFound(text: string): string[] {
  const [found, setFound] = useState<string[]>([]);
  useEffect(() => {
    const stop = new AbortController();
    setFound([]);
    const timer = window.setTimeout(() => {
      for (const identifier of identifiersIn(text))
        void ask<Customer>(`customers/${encodeURIComponent(identifier)}`, {}, stop.signal)
          .then(() => setFound((now) => [...now, identifier]))
          .catch(() => undefined); // there is none by that name
    }, 120);
    return () => {
      stop.abort();
      window.clearTimeout(timer);
    };
  }, [text]);
  return found;
}

export function Palette({ onClose }: { onClose: () => void }) {
  const { t } = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const found = useFound(text);
  const commands = useCommands();

  useEffect(() => dialog.current?.showModal(), []);
  const items = useMemo<Item[]>(() => {
    const customers = found.map((identifier) => ({
      key: identifier,
      name: identifier,
      note: t("palette.customer"),
      act: () => go(`/customers/${encodeURIComponent(identifier)}`),
    }));
    return [...customers, ...commands.filter((one) => fits(one, text.trim()))].slice(0, SHOWN_MAX);
  }, [found, commands, text, t]);
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
