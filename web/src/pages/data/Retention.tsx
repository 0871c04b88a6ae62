// pages/data/Retention.tsx - how long events are kept: the rules with what each has removed, and what one to be made would remove
// now; nothing is made before it was looked at.
import { useState, type FormEvent } from "react";
import { askLines, Problem } from "../../api/client";
import { useLines } from "../../api/questions";
import { useWords } from "../../app/settings";
import { Help } from "../../parts/Help";
import { Empty, Shown } from "../../parts/States";
import { Table } from "../../parts/Table";
import type { Words } from "../../words";
import { Sure, useAct } from "./act";
import type { Schema } from "../../api/paths";

type Rule = Schema<"retention">;

/** What a rule would remove now. */
type Goes = Schema<"retention-run">;

/** A rule as it is asked for: no pattern at all means all events, and that is said. */
type Wanted = { source?: string; channel?: string; activity?: string; all?: boolean; keep: string };

const KINDS = ["source", "channel", "activity"] as const;

const daysOf = (keep: string) => Number(keep.replace(/\D/g, "")) / (keep.endsWith("s") ? 86_400 : 1);

function wantedOf(form: FormData): Wanted {
  const given = Object.fromEntries(KINDS.map((kind) => [kind, String(form.get(kind) ?? "").trim()]).filter(([, text]) => text !== ""));
  const keep = `${Number(form.get("days"))}d`;
  return Object.keys(given).length > 0 ? { ...given, keep } : { all: true, keep };
}

function what(rule: Partial<Rule>, { t }: Words): string {
  const parts = KINDS.filter((kind) => rule[kind]).map((kind) => `${t(`retention.${kind}`)} ${rule[kind]}`);
  return parts.length > 0 ? parts.join(", ") : t("retention.all");
}

function sayGoes(goes: Goes, words: Words): string {
  if (goes.events === 0 || goes.oldest === null) return words.t("retention.nothing");
  return words.t("retention.goes", { n: goes.events, oldest: words.date(goes.oldest) });
}

/** Reads what would go before it lets one make the rule; a change makes the new one, then removes the old. */
function Form({ changed, onDone }: { changed: Rule | null; onDone: () => void }) {
  const words = useWords();
  const { t } = words;
  const { act, problem, isBusy } = useAct("retention", "retention/preview");
  const [seen, setSeen] = useState<{ wanted: Wanted; goes: Goes } | null>(null);
  const [refused, setRefused] = useState("");
  const look = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const wanted = wantedOf(new FormData(event.currentTarget));
    setRefused("");
    try {
      const [goes] = await askLines("retention/preview", wanted);
      if (goes) setSeen({ wanted, goes });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      setRefused([error.detail, error.hint].filter(Boolean).join(" "));
    }
  };
  const make = async () => {
    if (!seen || !(await act("post", "retention", seen.wanted))) return;
    if (changed && !(await act("delete", `retention/${changed.id}`))) return;
    setSeen(null);
    onDone();
  };
  return (
    <form className="retention-form" key={changed?.id ?? 0} onSubmit={(event) => void look(event)} onChange={() => setSeen(null)}>
      <h3>{changed ? t("retention.change_of", { what: what(changed, words) }) : t("retention.add")}</h3>
      <div className="comparing">
        {KINDS.map((kind) => (
          <label key={kind}><span>{t(`retention.${kind}_name`)}</span><input name={kind} defaultValue={changed?.[kind] ?? ""} placeholder={kind === "activity" ? "page.*" : t("retention.any")} /></label>
        ))}
        <label><span>{t("retention.keep")}</span><input name="days" type="number" min={1} max={36500} required defaultValue={changed ? daysOf(changed.keep) : 365} /></label>
        <button type="submit" className="button">{t("retention.look")}</button>
        {changed && <button type="button" className="quiet" onClick={onDone}>{t("act.no")}</button>}
      </div>
      <div aria-live="polite">
        {refused && <p className="door-problem">{refused}</p>}
        {seen && (
          <p className="retention-seen">
            {sayGoes(seen.goes, words)}{" "}
            <button type="button" className="button main" disabled={isBusy} onClick={() => void make()}>{t(changed ? "retention.do_change" : "retention.do_add")}</button>
          </p>
        )}
      </div>
      {problem}
    </form>
  );
}

export function Retention() {
  const words = useWords();
  const { t } = words;
  const rules = useLines("retention");
  const due = useLines("retention/preview");
  const { act, problem, isBusy } = useAct("retention", "retention/preview", "status");
  const [changed, setChanged] = useState<Rule | null>(null);
  const goesOf = (rule: Rule) => due.data?.find((one) => one.id === rule.id);
  const waits = (due.data ?? []).reduce((sum, one) => sum + one.events, 0);
  return (
    <section className="retention">
      <h2>{t("retention.title")} <Help about={t("retention.title")}>{t("help.retention")}</Help></h2>
      <Shown answer={rules} rows={3}>
        {(list) => list.length === 0 ? <Empty title={t("retention.none")}>{t("retention.none_more")}</Empty> : (
          <>
            <Table<Rule>
              caption={t("retention.rules")}
              name="ariane-retention"
              rows={list}
              rowKey={(rule) => String(rule.id)}
              columns={[
                { key: "what", name: t("retention.what"), value: (rule) => what(rule, words) },
                { key: "keep", name: t("retention.keep"), isNumber: true, value: (rule) => daysOf(rule.keep), show: (rule) => t("retention.days", { n: daysOf(rule.keep) }) },
                { key: "due", name: t("retention.due"), isNumber: true, value: (rule) => goesOf(rule)?.events, show: (rule) => { const goes = goesOf(rule); return goes ? words.number(goes.events) : "…"; } },
                { key: "gone", name: t("retention.gone"), isNumber: true, value: (rule) => rule.gone, show: (rule) => words.number(rule.gone) },
                { key: "run", name: t("retention.run"), value: (rule) => rule.run ?? "", show: (rule) => (rule.run ? words.moment(rule.run) : t("retention.never")) },
                { key: "do", name: t("act.name"), value: () => "",
                  show: (rule) => (
                    <span className="acts">
                      <button type="button" className="quiet" onClick={() => setChanged(rule)}>{t("retention.change")}<span className="unseen"> {what(rule, words)}</span></button>
                      <Sure name={t("retention.remove")} of={what(rule, words)} sure={t("retention.remove_sure")} onDo={() => void act("delete", `retention/${rule.id}`)} />
                    </span>
                  ) },
              ]}
            />
            {waits > 0 && (
              <p className="table-more">
                {t("retention.waits", { n: waits })}
                <Sure name={t("retention.now")} of="" sure={t("retention.now_sure", { n: waits })} onDo={() => void act("post", "retention/run", {})} />
              </p>
            )}
          </>
        )}
      </Shown>
      {problem}
      {isBusy && <p className="account" role="status">{t("state.waiting")}</p>}
      <Form changed={changed} onDone={() => setChanged(null)} />
    </section>
  );
}
