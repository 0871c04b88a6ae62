// parts/Help.tsx - the question mark beside a figure: how exactly it is computed.
import { useId, type ReactNode } from "react";
import { useWords } from "../app/settings";

export function Help({ about, children }: { about: string; children: ReactNode }) {
  const { t } = useWords();
  const id = useId();
  return (
    <span className="help">
      <button type="button" popoverTarget={id} aria-label={t("help.of", { about })}>
        ?
      </button>
      <span id={id} popover="auto" className="help-text">
        <b>{about}</b>
        <span>{children}</span>
      </span>
    </span>
  );
}
