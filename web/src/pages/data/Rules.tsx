// pages/data/Rules.tsx - which identifiers make one person: a row for each type, what a change would merge and split, and only then
// the change; what the table does not show is edited as the document it is.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ask, askWith, hasAll, type Problem } from "../../api/client";
import { useWords } from "../../app/settings";
import { Help } from "../../parts/Help";
import { Link } from "../../parts/Link";
import { Shown } from "../../parts/States";
import { useAct } from "./act";
import { changeType, isDocument, type Document, type TypeRule, type Use, USES } from "./rules";
import type { Schema, With } from "../../api/paths";

type Told = Schema<"identity-rules-answer">;
type InForce = With<Told, "rules">;

type Example = Preview["merges"][number];

const PREVIEWED = ["customers_before", "customers_after", "merged", "split", "merges", "splits"] as const;
type Preview = With<Told, (typeof PREVIEWED)[number]>;

const AGAIN_MS = 200;
/** In a large company other rules are computed beside the writer: in force is what was before until then. */
async function untilComputed(): Promise<void> {
  const isComputing = () => ask("status").then((now) => now.customers_being_computed === true, () => true);
  while (await isComputing()) await new Promise((again) => window.setTimeout(again, AGAIN_MS));
}

const numberOf = (text: string) => (text.trim() === "" ? undefined : Number(text));

function Types({ document, onChange }: { document: Document; onChange: (document: Document) => void }) {
  const { t } = useWords();
  const [added, setAdded] = useState("");
  const types = document.types ?? [];
  const set = (i: number, change: Partial<TypeRule>) => onChange(changeType(document, i, change));
  const field = (rule: TypeRule, i: number, key: "priority" | "limit" | "owners", max: number, min: number) => (
    <td>
      <input type="number" min={min} max={max} value={rule[key] ?? ""} aria-label={`${t(`rules.${key}`)}, ${rule.type}`} disabled={rule.use === "context" || rule.use === "shared"}
        onChange={(event) => set(i, { [key]: numberOf(event.target.value) })} />
    </td>
  );
  return (
    <>
      <div className="table-scroll" tabIndex={0} role="region" aria-label={t("rules.types")}>
        <table className="rules-table">
          <thead>
            <tr>
              {(["type", "use", "priority", "unique", "limit", "owners", "blocked"] as const).map((key) => <th key={key} scope="col">{t(`rules.${key}`)}</th>)}
              <th scope="col"><span className="unseen">{t("act.name")}</span></th>
            </tr>
          </thead>
          <tbody>
            {types.map((rule, i) => (
              <tr key={rule.type}>
                <th scope="row">{rule.type}</th>
                <td>
                  <select value={rule.use ?? "identifies"} aria-label={`${t("rules.use")}, ${rule.type}`} onChange={(event) => set(i, { use: event.target.value as Use })}>
                    {USES.map((use) => <option key={use} value={use}>{t(`use.${use}`)}</option>)}
                  </select>
                </td>
                {field(rule, i, "priority", 99, 0)}
                <td><input type="checkbox" checked={rule.unique ?? false} aria-label={`${t("rules.unique")}, ${rule.type}`} disabled={(rule.use ?? "identifies") !== "identifies"} onChange={(event) => set(i, { unique: event.target.checked || undefined })} /></td>
                {field(rule, i, "limit", 254, 1)}
                {field(rule, i, "owners", 50, 1)}
                <td>
                  <input defaultValue={[rule.blocked ?? []].flat().join(", ")} aria-label={`${t("rules.blocked")}, ${rule.type}`}
                    onBlur={(event) => { const list = event.target.value.split(",").map((one) => one.trim()).filter(Boolean); set(i, { blocked: list.length > 0 ? list : undefined }); }} />
                </td>
                <td><button type="button" className="quiet" onClick={() => onChange({ ...document, types: types.filter((_, k) => k !== i) })}>{t("retention.remove")}<span className="unseen"> {rule.type}</span></button></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="setting">
        <label>{t("rules.add")} <input value={added} pattern="[a-z][a-z0-9_]*" placeholder="badge" onChange={(event) => setAdded(event.target.value)} /></label>{" "}
        <button type="button" className="button" disabled={!/^[a-z][a-z0-9_]{0,31}$/.test(added) || types.some((one) => one.type === added)}
          onClick={() => { onChange({ ...document, types: [...types, { type: added, priority: 10, owners: 1 }] }); setAdded(""); }}>
          {t("rules.do_add")}
        </button>
      </p>
    </>
  );
}

function Examples({ title, list, total }: { title: string; list: readonly Example[]; total: number }) {
  const { t } = useWords();
  if (total === 0) return null;
  return (
    <div>
      <h4>{title}</h4>
      <ul className="rules-examples">
        {list.map((one) => (
          <li key={one.identifiers.join()}>
            {one.identifiers.map((identifier) => <Link key={identifier} to={`/customers/${encodeURIComponent(identifier)}`} className="cell-customer">{identifier}</Link>)}
            {one.more > 0 && <small>{t("rules.more", { n: one.more })}</small>}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Editor({ inForce }: { inForce: Document }) {
  const words = useWords();
  const { t } = words;
  const [draft, setDraft] = useState<Document>(inForce);
  const [text, setText] = useState<string | null>(null); // of the whole document, where it is open
  const [seen, setSeen] = useState<{ document: string; preview: Preview } | null>(null);
  const [applied, setApplied] = useState("");
  const [because, setBecause] = useState("");
  const client = useQueryClient();
  const { act, problem, isBusy } = useAct("identity/rules", "status", "customers");
  const document = text ?? JSON.stringify(draft, null, 2);
  const isChanged = document !== JSON.stringify(inForce, null, 2);
  const change = (next: Document) => { setDraft(next); setSeen(null); setApplied(""); };
  const write = (next: string) => {
    setText(next);
    setSeen(null);
    try {
      setDraft(JSON.parse(next) as Document);
    } catch {
      // not whole yet: the preview tells what is wrong with it
    }
  };
  const look = async () => {
    const preview = await act("post", "identity/rules", { arguments: ["preview"], document });
    if (preview && hasAll(preview, PREVIEWED)) setSeen({ document, preview });
  };
  const apply = async () => {
    const done = await act("post", "identity/rules", { arguments: ["apply"], document, ...(because.trim() ? { because: because.trim() } : {}) });
    if (!done) return;
    setSeen(null);
    setApplied(t("rules.computing"));
    await untilComputed();
    setApplied(t("rules.applied"));
    await client.invalidateQueries();
  };
  const p = seen?.preview;
  return (
    <>
      <Types document={draft} onChange={(next) => { change(next); if (text !== null) setText(JSON.stringify(next, null, 2)); }} />
      <details onToggle={(event) => setText(event.currentTarget.open ? JSON.stringify(draft, null, 2) : null)}>
        <summary>{t("rules.document")}</summary>
        {text !== null && <textarea className="rules-text" rows={18} spellCheck={false} aria-label={t("rules.document")} value={text} onChange={(event) => write(event.target.value)} />}
      </details>
      <p className="setting">
        <button type="button" className="button" disabled={!isChanged || isBusy} onClick={() => void look()}>{t("rules.look")}</button>{" "}
        {isChanged && <button type="button" className="quiet" onClick={() => { change(inForce); setText(text === null ? null : JSON.stringify(inForce, null, 2)); }}>{t("rules.back")}</button>}
        {!isChanged && <span className="none">{t("rules.unchanged")}</span>}
      </p>
      {problem}
      <div aria-live="polite">
        {isBusy && <p className="account">{t("state.waiting")}</p>}
        {applied && <p className="import-done">{applied}</p>}
        {p && (
          <div className="rules-seen">
            <p>{t("rules.told", { before: p.customers_before, after: p.customers_after, merged: p.merged, split: p.split })}</p>
            <Examples title={t("rules.merges")} list={p.merges} total={p.merged} />
            <Examples title={t("rules.splits")} list={p.splits} total={p.split} />
            <p className="setting">
              <label>{t("decide.because")} <input value={because} onChange={(event) => setBecause(event.target.value)} maxLength={200} /></label>{" "}
              <button type="button" className="button main" disabled={isBusy} onClick={() => void apply()}>{t("rules.apply")}</button>
            </p>
          </div>
        )}
      </div>
    </>
  );
}

export function Rules() {
  const { t } = useWords();
  const answer = useQuery<InForce, Problem>({ queryKey: ["identity/rules"], queryFn: ({ signal }) => askWith("identity/rules", { arguments: ["show"] }, signal, ["rules"]) });
  return (
    <section className="rules">
      <h2>{t("rules.title")} <Help about={t("rules.title")}>{t("help.rules")}</Help></h2>
      <Shown answer={answer} rows={6}>
        {({ rules, sequence }) => isDocument(rules) && <Editor key={sequence} inForce={rules} />}
      </Shown>
    </section>
  );
}
