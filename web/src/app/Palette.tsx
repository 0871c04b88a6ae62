// app/Palette.tsx - Ctrl-K: any customer by any identifier or name, any page, any analysis, any action, without the mouse.
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { useFind, usePaused, type Found } from "../api/find";
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
const FOUND_MAX = 6;
const NOBODY: readonly Found[] = [];

export function Palette({ onClose }: { onClose: () => void }) {
  const { t } = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const paused = usePaused(text);
  const answer = useFind(paused, FOUND_MAX);
  const isOfText = paused === text && text.trim() !== "" && !answer.isPlaceholderData; // Enter chooses what was typed, not what was before
  const found = (isOfText ? answer.data?.list : undefined) ?? NOBODY;
  const commands = useCommands();

  useEffect(() => dialog.current?.showModal(), []);
  const items = useMemo<Item[]>(() => {
    const customers = found.map(({ customer, name, matched }) => ({
      key: customer,
      name: name ?? customer,
      note: [...new Set([name ? customer : "", matched ?? ""])].filter((one) => one !== "" && one !== (name ?? customer)).join(" · ") || t("palette.customer"),
      act: () => go(`/customers/${encodeURIComponent(customer)}`),
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
