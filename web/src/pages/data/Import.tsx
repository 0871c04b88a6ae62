// pages/data/Import.tsx - files dropped here: what their columns are, a look before, then the account of it.
import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState, type DragEvent } from "react";
import { address, Problem, tell, type Parameters } from "../../api/client";
import { useWords } from "../../app/settings";
import { Help } from "../../parts/Help";
import type { Key } from "../../words";
import { guess, previewOf, type Preview, type Roles } from "./preview";

interface Imported {
  read: number;
  imported: number;
  duplicates: number;
  rejected: number;
}

type State =
  | { step: "none" }
  | { step: "look"; file: File; preview: Preview; roles: Roles; isOwn: boolean }
  | { step: "sending"; file: File }
  | { step: "done"; file: File; answer: Imported }
  | { step: "failed"; file: File; problem: Problem };

const TYPES = ["customer", "phone", "email", "user_id", "anonymous_id", "account", "loyalty_card", "case"];
const ROLES: readonly { role: "time" | "activity" | "customer" | "channel"; name: Key }[] = [
  { role: "time", name: "import.time" },
  { role: "activity", name: "import.activity" },
  { role: "customer", name: "import.customer" },
  { role: "channel", name: "import.channel" },
];

/** The options of `ariane import`, by the names of the command line. */
function optionsOf(roles: Roles): Parameters {
  return {
    time: roles.time,
    activity: roles.activity,
    channel: roles.channel,
    customer: roles.customer === "" ? undefined : [`${roles.customerType}=${roles.customer}`],
  };
}

function Look({ state, onChange, onSend, onStop }: {
  state: Extract<State, { step: "look" }>;
  onChange: (state: State) => void;
  onSend: () => void;
  onStop: () => void;
}) {
  const words = useWords();
  const { t } = words;
  const { file, preview, roles, isOwn } = state;
  const set = (changes: Partial<Roles>) => onChange({ ...state, roles: { ...roles, ...changes } });
  const roleOf = (column: string) => ROLES.filter(({ role }) => roles[role] === column).map(({ name }) => t(name));
  return (
    <div className="import-look">
      <p>
        <b>{file.name}</b> · {words.bytes(file.size)}
      </p>
      {preview.columns.length > 0 && (
        <>
          <label className="check">
            <input type="checkbox" checked={isOwn} onChange={(event) => onChange({ ...state, isOwn: event.target.checked })} />
            {t("import.own")}
          </label>
          {isOwn && (
            <div className="import-roles">
              {ROLES.map(({ role, name }) => (
                <label key={role}>
                  <span>{t(name)}</span>
                  <select value={roles[role]} onChange={(event) => set({ [role]: event.target.value })}>
                    <option value="">–</option>
                    {preview.columns.map((column) => (
                      <option key={column}>{column}</option>
                    ))}
                  </select>
                </label>
              ))}
              <label>
                <span>{t("import.type")}</span>
                <select value={roles.customerType} onChange={(event) => set({ customerType: event.target.value })}>
                  {TYPES.map((type) => (
                    <option key={type}>{type}</option>
                  ))}
                </select>
              </label>
            </div>
          )}
          <div className="table-scroll" tabIndex={0} role="region" aria-label={t("import.preview")}>
            <table>
              <thead>
                <tr>
                  {preview.columns.map((column, i) => (
                    <th key={`${column}${i}`} scope="col" data-role={isOwn && roleOf(column).length > 0}>
                      {column}
                      {isOwn && roleOf(column).length > 0 && <small> {roleOf(column).join(", ")}</small>}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {preview.rows.map((row, i) => (
                  <tr key={i}>
                    {preview.columns.map((_, k) => (
                      <td key={k}>{row[k]}</td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
      <div className="friction-go">
        <button type="button" className="button main" onClick={onSend}>{t("import.send")}</button>
        <button type="button" className="button" onClick={onStop}>{t("import.stop")}</button>
      </div>
    </div>
  );
}

export function Import() {
  const words = useWords();
  const { t } = words;
  const client = useQueryClient();
  const [state, setState] = useState<State>({ step: "none" });
  const [isOver, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const take = async (file: File | undefined) => {
    if (!file) return;
    const preview = await previewOf(file);
    setState({ step: "look", file, preview, roles: guess(preview.columns), isOwn: false });
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void take(event.dataTransfer.files[0]);
  };
  const send = async () => {
    if (state.step !== "look") return;
    const { file, roles, isOwn } = state;
    setState({ step: "sending", file });
    try {
      const path = address("imports", isOwn ? optionsOf(roles) : {}).replace("/api/v1/", "");
      setState({ step: "done", file, answer: await tell<Imported>("POST", path, file) });
      await client.invalidateQueries();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      setState({ step: "failed", file, problem: error });
    }
  };
  return (
    <section>
      <h2>
        {t("import.title")} <Help about={t("import.title")}>{t("help.import")}</Help>
      </h2>
      <div className="drop" data-over={isOver} onDragOver={(event) => (event.preventDefault(), setOver(true))} onDragLeave={() => setOver(false)} onDrop={drop}>
        <p>{t("import.drop")}</p>
        <button type="button" className="button" onClick={() => input.current?.click()}>{t("import.choose")}</button>
        <input ref={input} type="file" className="unseen" tabIndex={-1} aria-label={t("import.choose")} onChange={(event) => void take(event.target.files?.[0])} />
      </div>
      <div aria-live="polite">
        {state.step === "look" && <Look state={state} onChange={setState} onSend={() => void send()} onStop={() => setState({ step: "none" })} />}
        {state.step === "sending" && <p className="account">{t("import.sending", { name: state.file.name })}</p>}
        {state.step === "done" && (
          <p className="import-done">
            {t("import.done", { name: state.file.name, read: state.answer.read, n: state.answer.imported, twice: state.answer.duplicates, bad: state.answer.rejected })}
          </p>
        )}
        {state.step === "failed" && (
          <div className="failed" role="alert">
            <p className="failed-title">{state.problem.detail || t("state.unreachable")}</p>
            {state.problem.hint && <p>{state.problem.hint}</p>}
          </div>
        )}
      </div>
    </section>
  );
}
