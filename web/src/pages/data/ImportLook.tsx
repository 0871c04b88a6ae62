// pages/data/ImportLook.tsx - before a file is imported: what it is taken for, what its columns are, and the first events that
// would come of it.
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState, type ReactNode } from "react";
import type { Problem } from "../../api/client";
import type { EventRecord } from "../../api/types";
import { useWords } from "../../app/settings";
import { Table } from "../../parts/Table";
import { begun, type Key, type Words } from "../../words";
import { activityName, channelName } from "../../words/activities";
import { gist, instant } from "../customer/thread";
import { FORMATS, lookAt, type Choice, type Format, type Imported } from "./importing";
import { Refusals } from "./Refusals";
import type { Preview, Roles } from "./preview";

const TYPES = ["customer", "phone", "email", "user_id", "anonymous_id", "account", "loyalty_card", "case"];
const ROLES: readonly { role: "time" | "activity" | "customer" | "channel"; name: Key }[] = [
  { role: "time", name: "import.time" },
  { role: "activity", name: "import.activity" },
  { role: "customer", name: "import.customer" },
  { role: "channel", name: "import.channel" },
];
const SETTLE_MS = 300; // whoever chooses columns chooses several

export interface Looking {
  file: File;
  preview: Preview;
  choice: Choice;
}

/** What went wrong, and what to do about it on this page: what the server advises is for the command line. */
export function Trouble({ problem }: { problem: Problem }) {
  const { t } = useWords();
  const hint = problem.code === "import-format" ? t("import.say_format") : problem.hint.includes("--") ? t("import.say_columns") : problem.hint;
  return (
    <div className="failed" role="alert">
      <p className="failed-title">{begun(problem.detail || t("state.unreachable"))}</p>
      {hint && <p>{hint}</p>}
    </div>
  );
}

function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = window.setTimeout(() => setSettled(value), SETTLE_MS);
    return () => window.clearTimeout(timer);
  }, [value]);
  return settled;
}

const isEvent = (record: object): record is EventRecord => "kind" in record && record.kind === "event";

function firstEvents(rows: readonly EventRecord[], words: Words): ReactNode {
  const { t, language } = words;
  return (
    <Table<EventRecord>
      caption={t("import.first")}
      name="ariane-preview"
      rows={rows}
      rowKey={(one) => `${one.source} ${one.message_id ?? rows.indexOf(one)}`}
      columns={[
        { key: "time", name: t("column.time"), value: (one) => one.time, show: (one) => words.moment(instant(one.time)) },
        { key: "channel", name: t("column.channel"), value: (one) => one.channel, show: (one) => channelName(one.channel, language) },
        { key: "activity", name: t("event.activity"), value: (one) => one.activity, show: (one) => activityName(one.activity, language) },
        { key: "who", name: t("column.customer"), value: (one) => (one.identifiers ?? []).map((id) => `${id.type}:${id.value}`).join(" ") },
        { key: "gist", name: t("events.says"), value: (one) => gist(one) },
      ]}
    />
  );
}

/** Nothing is kept of it: the server reads the beginning as an import would. */
function Dry({ file, preview, choice }: Looking) {
  const words = useWords();
  const { t } = words;
  const asked = useSettled(choice);
  const answer = useQuery<Imported, Problem>({
    queryKey: ["import-preview", file.name, file.size, file.lastModified, asked, words.language],
    queryFn: () => lookAt(file, preview.kind, asked),
    retry: false,
    gcTime: 0,
  });
  if (answer.isError) return <Trouble problem={answer.error} />;
  const told = answer.data?.preview;
  if (!answer.data || !told) return <p className="account" role="status">{t("import.looking")}</p>;
  const events = told.records.filter(isEvent);
  return (
    <div className="import-dry">
      {told.mapping && <p className="account">{t("import.mapping", { name: told.mapping })}</p>}
      {events.length > 0 ? firstEvents(events, words) : <p className="account">{t("import.no_event")}</p>}
      {told.rejects.length > 0 && <Refusals rows={told.rejects} total={answer.data.rejected} />}
    </div>
  );
}

function Columns({ preview, choice, onRoles }: { preview: Preview; choice: Choice; onRoles: (roles: Roles) => void }) {
  const { t } = useWords();
  const { roles } = choice;
  const set = (changes: Partial<Roles>) => onRoles({ ...roles, ...changes });
  return (
    <div className="import-roles">
      {ROLES.map(({ role, name }) => (
        <label key={role}>
          <span>{t(name)}</span>
          <select value={roles[role]} onChange={(event) => set({ [role]: event.target.value })}>
            <option value="">–</option>
            {preview.columns.map((column) => <option key={column}>{column}</option>)}
          </select>
        </label>
      ))}
      <label>
        <span>{t("import.type")}</span>
        <select value={roles.customerType} onChange={(event) => set({ customerType: event.target.value })}>
          {TYPES.map((type) => <option key={type}>{type}</option>)}
        </select>
      </label>
    </div>
  );
}

function Rows({ preview, choice }: { preview: Preview; choice: Choice }) {
  const { t } = useWords();
  const roleOf = (column: string) => (choice.isOwn ? ROLES.filter(({ role }) => choice.roles[role] === column).map(({ name }) => t(name)) : []);
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={t("import.preview")}>
      <table className="import-rows">
        <caption>{t("import.preview")}</caption>
        <thead>
          <tr>
            {preview.columns.map((column, i) => (
              <th key={`${column}${i}`} scope="col" data-role={roleOf(column).length > 0}>
                {column}
                {roleOf(column).length > 0 && <small> {roleOf(column).join(", ")}</small>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {preview.rows.map((row, i) => <tr key={i}>{preview.columns.map((_, k) => <td key={k}>{row[k]}</td>)}</tr>)}
        </tbody>
      </table>
    </div>
  );
}

export function ImportLook({ looking, onChoice, onSend, onStop }: {
  looking: Looking;
  onChoice: (choice: Choice) => void;
  onSend: () => void;
  onStop: () => void;
}) {
  const words = useWords();
  const { t } = words;
  const { file, preview, choice } = looking;
  return (
    <div className="import-look">
      <p><b>{file.name}</b> · {words.bytes(file.size)}</p>
      <div className="import-roles">
        <label>
          <span>{t("import.format")}</span>
          <select value={choice.format} onChange={(event) => onChoice({ ...choice, format: event.target.value as Format })}>
            <option value="">{t("import.guessed")}</option>
            {FORMATS.map((one) => <option key={one} value={one}>{t(`format.${one}`)}</option>)}
          </select>
        </label>
      </div>
      {preview.columns.length > 0 && (
        <>
          <label className="check">
            <input type="checkbox" checked={choice.isOwn} onChange={(event) => onChoice({ ...choice, isOwn: event.target.checked })} />
            {t("import.own")}
          </label>
          {choice.isOwn && <Columns preview={preview} choice={choice} onRoles={(roles) => onChoice({ ...choice, roles })} />}
          <Rows preview={preview} choice={choice} />
        </>
      )}
      <Dry {...looking} />
      <div className="friction-go">
        <button type="button" className="button main" onClick={onSend}>{t("import.send")}</button>
        <button type="button" className="button" onClick={onStop}>{t("import.stop")}</button>
      </div>
    </div>
  );
}
