// pages/editor/Steps.tsx - the steps of a definition: what they are called, by what they are known, what they mean.
import { useWords } from "../../app/settings";
import { Help } from "../../parts/Help";
import { newStep, type Draft, type DraftEvents, type DraftStep } from "./draft";

const MARKS = ["start", "goal", "failure"] as const;
export const CHANNELS = "editor-channels";
export const ACTIVITIES = "editor-activities";

function Events({ events, name, onChange, onRemove }: { events: DraftEvents; name: string; onChange: (events: DraftEvents) => void; onRemove: (() => void) | undefined }) {
  const { t } = useWords();
  return (
    <div className="editor-events">
      <label>
        <span>{t("editor.channel")}</span>
        <input value={events.channel} list={CHANNELS} onChange={(event) => onChange({ ...events, channel: event.target.value })} />
      </label>
      <label>
        <span>{t("editor.activity")}</span>
        <input value={events.activity} list={ACTIVITIES} onChange={(event) => onChange({ ...events, activity: event.target.value })} />
      </label>
      <label>
        <span>{t("editor.where")}</span>
        <textarea rows={1} value={events.where} placeholder="queue=facturation" onChange={(event) => onChange({ ...events, where: event.target.value })} />
      </label>
      {onRemove && <button type="button" className="quiet" onClick={onRemove} aria-label={t("editor.remove_events", { name })}>×</button>}
    </div>
  );
}

function Step({ step, place, count, onChange, onMove, onRemove }: {
  step: DraftStep;
  place: number;
  count: number | undefined;
  onChange: (step: DraftStep) => void;
  onMove: (by: number) => void;
  onRemove: () => void;
}) {
  const words = useWords();
  const { t } = words;
  const name = step.name || t("editor.step", { n: place + 1 });
  const set = (i: number, events: DraftEvents) => onChange({ ...step, events: step.events.map((one, k) => (k === i ? events : one)) });
  return (
    <li className="editor-step">
      <div className="editor-head">
        <label>
          <span>{t("editor.step", { n: place + 1 })}</span>
          <input value={step.name} onChange={(event) => onChange({ ...step, name: event.target.value })} />
        </label>
        <label className="editor-cost">
          <span>{t("editor.cost")}</span>
          <input inputMode="decimal" value={step.cost} onChange={(event) => onChange({ ...step, cost: event.target.value })} />
        </label>
        <p className="editor-count">{count === undefined ? "" : t("editor.seen", { n: count })}</p>
        <div className="editor-move">
          <button type="button" className="quiet" disabled={place === 0} onClick={() => onMove(-1)} aria-label={t("editor.up", { name })}>↑</button>
          <button type="button" className="quiet" onClick={() => onMove(1)} aria-label={t("editor.down", { name })}>↓</button>
          <button type="button" className="quiet" onClick={onRemove} aria-label={t("editor.remove", { name })}>×</button>
        </div>
      </div>
      {step.events.map((events, i) => (
        <Events key={i} events={events} name={name} onChange={(told) => set(i, told)}
          onRemove={step.events.length > 1 ? () => onChange({ ...step, events: step.events.filter((_, k) => k !== i) }) : undefined} />
      ))}
      <div className="editor-marks">
        {MARKS.map((mark) => (
          <label key={mark} className="check">
            <input type="checkbox" checked={step[mark]} onChange={(event) => onChange({ ...step, [mark]: event.target.checked })} /> {t(`editor.${mark}`)}
          </label>
        ))}
        <button type="button" className="quiet" onClick={() => onChange({ ...step, events: [...step.events, { channel: "", activity: "", where: "" }] })}>
          {t("editor.or")}<span className="unseen"> {name}</span>
        </button>
      </div>
    </li>
  );
}

export function Steps({ draft, counts, onChange }: { draft: Draft; counts: ReadonlyMap<string, number>; onChange: (draft: Draft) => void }) {
  const { t } = useWords();
  const set = (steps: DraftStep[]) => onChange({ ...draft, steps });
  const move = (from: number, by: number) => {
    const steps = [...draft.steps];
    const [step] = steps.splice(from, 1);
    if (step) steps.splice(from + by, 0, step);
    set(steps);
  };
  return (
    <section>
      <h2>{t("editor.steps")} <Help about={t("editor.steps")}>{t("help.editor")}</Help></h2>
      <ol className="editor-steps">
        {draft.steps.map((step, i) => (
          <Step key={step.id} step={step} place={i} count={counts.get(step.name.trim())} onMove={(by) => move(i, by)}
            onChange={(told) => set(draft.steps.map((one, k) => (k === i ? told : one)))}
            onRemove={() => set(draft.steps.filter((_, k) => k !== i))} />
        ))}
      </ol>
      <button type="button" className="button" onClick={() => set([...draft.steps, newStep()])}>{t("editor.add")}</button>
    </section>
  );
}
