// pages/Editor.tsx - a journey definition, drawn: steps and rules on one side, the journeys that it makes of real data on the
// other while one types; kept under a name for all, or taken along as JSON.
import { useEffect, useMemo, useRef, useState, type ChangeEvent, type FormEvent } from "react";
import { Problem } from "../api/client";
import { useAnswer, useMap } from "../api/questions";
import { go, useAddress } from "../app/router";
import { useWords } from "../app/settings";
import { Picture } from "../parts/Picture";
import { handJson } from "../parts/save";
import { Empty, Shown, Waiting } from "../parts/States";
import { River, type Chosen } from "../pictures/River";
import { SAVED, useSaving, useView, type Definition } from "../views/saved";
import { definitionOf, stepName, type View } from "../views/views";
import type { Words } from "../words";
import { activityName, channelName } from "../words/activities";
import { definitionOfDraft, draftOf, emptyDraft, newStep, type Draft } from "./editor/draft";
import { dropDraft, isSame, keepDraft, keptDraft } from "./editor/kept";
import { ACTIVITIES, CHANNELS, Steps } from "./editor/Steps";

const TYPING_MS = 400; // the preview follows when typing pauses
const SPAN = "([0-9]+[smhdw])+";
const KNOWN_MAX = 400; // activities offered while one types

function useLate<T>(value: T): T {
  const [late, setLate] = useState(value);
  useEffect(() => {
    const timer = window.setTimeout(() => setLate(value), TYPING_MS);
    return () => window.clearTimeout(timer);
  }, [value]);
  return late;
}

/** A definition of somebody's file; undefined if it is none. */
function read(text: string): Definition | undefined {
  try {
    const told = JSON.parse(text) as Definition;
    return told.version === 1 && Array.isArray(told.steps) ? told : undefined;
  } catch {
    return undefined;
  }
}

/** A ready-made one begins with its names as the reader knows them, and under a name of its own. */
function begin(view: View | undefined, { language, t }: Words): Draft {
  const told = view && definitionOf(view);
  const definition = told === undefined ? undefined : read(told);
  if (!view || !definition) return emptyDraft();
  const draft = draftOf(definition);
  if (view.key.startsWith(SAVED)) return { ...draft, name: view.key.slice(SAVED.length) };
  const steps = draft.steps.map((step) => ({ ...step, name: stepName(view, step.name, language) }));
  return { ...draft, steps, name: t("editor.copy", { name: view[language].name }), about: view[language].about };
}

/** The draft of that analysis, kept by this browser as long as it is not what it began as. */
function useDraft(key: string, first: () => Draft) {
  const [beginning, setBeginning] = useState(first);
  const [draft, setDraft] = useState<Draft>(beginning);
  const [waiting, setWaiting] = useState(() => keptDraft(key));
  const change = (next: Draft) => {
    setDraft(next);
    if (isSame(next, beginning)) dropDraft(key);
    else keepDraft(key, next);
  };
  const take = () => {
    if (waiting) setDraft({ ...waiting.draft, steps: waiting.draft.steps.map((step) => ({ ...step, id: newStep().id })) });
    setWaiting(undefined);
  };
  const drop = () => {
    dropDraft(key);
    setWaiting(undefined);
    setBeginning(draft);
  };
  return { draft, change, waiting: waiting && !isSame(waiting.draft, draft) ? waiting : undefined, take, drop };
}

function Rules({ draft, onChange }: { draft: Draft; onChange: (draft: Draft) => void }) {
  const { t } = useWords();
  const text = (name: "gap" | "window" | "by", example: string, pattern?: string) => (
    <label>
      <span>{t(`editor.${name}`)}</span>
      <input value={draft[name]} placeholder={example} {...(pattern ? { pattern } : {})} onChange={(event) => onChange({ ...draft, [name]: event.target.value.trim() })} />
    </label>
  );
  const check = (name: "merge" | "restart") => (
    <label className="check">
      <input type="checkbox" checked={draft[name]} onChange={(event) => onChange({ ...draft, [name]: event.target.checked })} /> {t(`editor.${name}`)}
    </label>
  );
  return (
    <section>
      <h2>{t("editor.rules")}</h2>
      <div className="editor-rules">
        {text("gap", "7d", SPAN)}
        {text("window", "24h", SPAN)}
        {text("by", "@interaction")}
        {check("merge")}
        {check("restart")}
      </div>
    </section>
  );
}

function Keep({ draft, definition, onDraft, onKept }: { draft: Draft; definition: Definition | undefined; onDraft: (draft: Draft) => void; onKept: () => void }) {
  const { t } = useWords();
  const save = useSaving();
  const file = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState("");
  const keep = async (event: FormEvent) => {
    event.preventDefault();
    if (!definition) return;
    setProblem("");
    try {
      await save(draft.name, { kind: "definition", definition });
      onKept();
      go(`/journeys/map?${new URLSearchParams({ view: SAVED + draft.name })}`);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      setProblem([error.detail || t("state.unreachable"), error.hint].filter(Boolean).join(". "));
    }
  };
  const take = async (event: ChangeEvent<HTMLInputElement>) => {
    const told = read((await event.target.files?.[0]?.text()) ?? "");
    setProblem(told ? "" : t("editor.no_definition"));
    if (told) onDraft(draftOf(told));
  };
  return (
    <form className="editor-keep" onSubmit={(event) => void keep(event)}>
      <label>
        <span>{t("editor.name")}</span>
        <input value={draft.name} required maxLength={100} onChange={(event) => onDraft({ ...draft, name: event.target.value })} />
      </label>
      <label className="editor-about">
        <span>{t("editor.about")}</span>
        <input value={draft.about} maxLength={300} onChange={(event) => onDraft({ ...draft, about: event.target.value })} />
      </label>
      <button type="submit" className="button main" disabled={!definition}>{t("editor.keep")}</button>
      <button type="button" className="button" disabled={!definition} onClick={() => handJson(draft.name || "journey", definition)}>{t("editor.export")}</button>
      <button type="button" className="button" onClick={() => file.current?.click()}>{t("editor.import")}</button>
      <input ref={file} type="file" accept=".json,application/json" className="unseen" tabIndex={-1} aria-label={t("editor.import")} onChange={(event) => void take(event)} />
      {problem && <p className="door-problem" role="alert">{problem}</p>}
    </form>
  );
}

function Preview({ definition, onCounts }: { definition: Definition | undefined; onCounts: (counts: ReadonlyMap<string, number>) => void }) {
  const words = useWords();
  const { t } = words;
  const [chosen, setChosen] = useState<Chosen>(null);
  const text = useLate(useMemo(() => (definition ? JSON.stringify(definition) : undefined), [definition]));
  const map = useAnswer(text === undefined ? undefined : "journey/map", { definition: text, coverage: "90" });
  const { data } = map;
  useEffect(() => {
    if (data) onCounts(new Map(data.steps.map((one) => [one.step, one.count])));
  }, [data, onCounts]);
  const nameOf = useMemo(() => (step: string) => step, []);
  if (text === undefined) return <Empty title={t("editor.nothing")}>{t("editor.nothing_more")}</Empty>;
  return (
    <Shown answer={map} rows={6}>
      {(told) => (
        <Picture title={t("editor.preview")} name="ariane-preview">
          <p className="totals">
            <span><b>{words.number(told.journeys)}</b> {t("totals.journeys", { n: told.journeys })} {t("totals.of")} {t("totals.customers", { n: told.customers })}</span>
            {(["success", "failure", "open"] as const).map((one) => told.outcomes[one] > 0 && told.journeys > 0 && (
              <span key={one} className="outcome" data-outcome={one}>{t(`outcome.${one}`)} {words.percent(told.outcomes[one] / told.journeys)}</span>
            ))}
          </p>
          {told.edges.length === 0 ? <Empty title={t("map.none")}>{t("editor.none_more")}</Empty>
            : <River map={told} colour="volume" nameOf={nameOf} chosen={chosen} onChoose={setChosen} label={t("editor.preview")} />}
        </Picture>
      )}
    </Shown>
  );
}

function Drawing({ view }: { view: View | undefined }) {
  const words = useWords();
  const { t } = words;
  const { draft, change: setDraft, waiting, take, drop } = useDraft(view?.key ?? "", () => begin(view, words));
  const [counts, setCounts] = useState<ReadonlyMap<string, number>>(new Map());
  const known = useMap({ "counts-only": true }).data;
  const definition = useMemo(() => {
    try {
      return definitionOfDraft(draft);
    } catch {
      return undefined; // a test that is being typed
    }
  }, [draft]);
  const activities = useMemo(() => [...(known?.steps ?? [])].sort((a, b) => b.count - a.count).slice(0, KNOWN_MAX), [known]);
  return (
    <div className="page editor">
      <header className="page-head">
        <div>
          <h1>{t("place.editor")}</h1>
          <p className="lead">{t("editor.lead")}</p>
        </div>
      </header>
      {waiting && (
        <p className="news" role="status">
          {t("editor.draft", { time: words.moment(waiting.time) })}{" "}
          <button type="button" className="button" onClick={take}>{t("editor.draft_take")}</button>{" "}
          <button type="button" className="quiet" onClick={drop}>{t("editor.draft_drop")}</button>
        </p>
      )}
      <Keep draft={draft} definition={definition} onDraft={setDraft} onKept={drop} />
      <datalist id={ACTIVITIES}>{activities.map((one) => <option key={one.step} value={one.step} label={activityName(one.step, words.language)} />)}</datalist>
      <datalist id={CHANNELS}>{["web", "app", "phone", "ivr", "email", "chat", "sms", "social", "store", "field", "letter", "backoffice"].map((one) => <option key={one} value={one} label={channelName(one, words.language)} />)}</datalist>
      <div className="editor-split">
        <div>
          <Steps draft={draft} counts={counts} onChange={setDraft} />
          <Rules draft={draft} onChange={setDraft} />
        </div>
        <Preview definition={definition} onCounts={setCounts} />
      </div>
    </div>
  );
}

export default function Editor() {
  const key = useAddress().searchParams.get("view");
  const view = useView(key ?? "contacts");
  if (!view) return <Waiting />;
  return <Drawing key={view.key} view={key === null ? undefined : view} />;
}
