// pages/journeys/Counting.tsx - what counts as a contact, a reason, a transfer: the document by which the figures are counted
// (docs/metrics.md).  One call is told by the exchange, the queue and the case system: one of them has to be chosen.
import { useState, type FormEvent } from "react";
import { Problem, type Parameters } from "../../api/client";
import { useMap } from "../../api/questions";
import type { Metrics } from "../../api/types";
import { useParameter } from "../../app/router";
import { useWords } from "../../app/settings";
import { Help } from "../../parts/Help";
import { useSaved, useSaving } from "../../views/saved";

/** Of examples/metrics: for what the ready-made mappings read, if any of it is there. */
export const READY = "demonstration-company";
const ALL = "all";

export interface Counting {
  /** To be asked with; undefined: not known yet. */
  parameters: Parameters | undefined;
  chosen: string;
  choose: (name: string) => void;
  choices: readonly { key: string; name: string }[];
}

export function useCounting(): Counting {
  const { t } = useWords();
  const [asked, choose] = useParameter("counting", "");
  const { saved, isPending } = useSaved();
  const calls = useMap({ channel: "phone", activity: "queue.*", "counts-only": true, top: 1 });
  const own = saved.filter((one) => one.kind === "metrics");
  const hasReady = (calls.data?.events ?? 0) > 0;
  const chosen = asked || own[0]?.name || (hasReady ? READY : ALL);
  const found = own.find((one) => one.name === chosen);
  const metrics = found?.kind === "metrics" ? JSON.stringify(found.metrics) : chosen === READY ? READY : undefined;
  const choices = [
    { key: ALL, name: t("counting.all") },
    ...(hasReady ? [{ key: READY, name: t("counting.ready") }] : []),
    ...own.map((one) => ({ key: one.name, name: one.name })),
  ];
  return { parameters: isPending || calls.isPending ? undefined : { metrics }, chosen, choose, choices };
}

export function CountingChoice({ counting, data }: { counting: Counting; data: Metrics }) {
  const { t } = useWords();
  const save = useSaving();
  const [said, setSaid] = useState("");
  const keep = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const name = String(form.get("name") ?? "").trim();
    try {
      const metrics = JSON.parse(String(form.get("document"))) as object;
      await save(name, { kind: "metrics", metrics });
      setSaid("");
      counting.choose(name);
    } catch (error) {
      setSaid(error instanceof Problem ? error.detail || t("state.unreachable") : t("counting.no_json", { why: String((error as Error).message) }));
    }
  };
  return (
    <div className="counting">
      <label>
        <span>{t("counting.title")}</span>
        <select value={counting.chosen} onChange={(event) => counting.choose(event.target.value)}>
          {counting.choices.map(({ key, name }) => <option key={key} value={key}>{name}</option>)}
        </select>
      </label>
      <Help about={t("counting.title")}>{t("help.counting")}</Help>
      <details className="adding">
        <summary className="quiet">{t("counting.change")}</summary>
        <form onSubmit={(event) => void keep(event)}>
          <label>
            <span>{t("counting.document")}</span>
            <textarea key={counting.chosen} name="document" rows={18} spellCheck={false} defaultValue={JSON.stringify(data.document, null, 2)} />
          </label>
          <label>
            <span>{t("keep.name")}</span>
            <input name="name" required maxLength={100} defaultValue={t("counting.own")} />
          </label>
          <button type="submit" className="button">{t("keep.do")}</button>
          <div aria-live="polite">{said && <p className="door-problem">{said}</p>}</div>
        </form>
      </details>
    </div>
  );
}
