// pages/data/Audit.tsx - who read and changed what, the newest first, by who did it, what was done, on whom, and when.
import { useState } from "react";
import { PAGE_ROWS, useLinePages } from "../../api/pages";
import { useWords } from "../../app/settings";
import { Help } from "../../parts/Help";
import { LongTable } from "../../parts/LongTable";
import { Search } from "../../parts/Search";
import { Empty, Shown } from "../../parts/States";
import { actName, outcomeName, whoName } from "../../words/acts";
import type { Schema } from "../../api/paths";

/** `request`: the one that brought it about, where that is a row of its own. */
type Row = Schema<"audit"> & { request?: string };

const FIELDS = ["who", "action", "subject", "since", "until"] as const;
const SAME_ACT_MS = 5_000;

const isRequest = (row: Row) => / \/api\//.test(row.action);

/** A change through the server stands twice: as the request, and as what the command did.  It is one act. */
function isOneAct(request: Row | undefined, act: Row): boolean {
  return request !== undefined && isRequest(request) && !isRequest(act) && act.trace === "" && request.who === act.who &&
    !request.action.startsWith("GET ") && request.id === act.id + 1 && Math.abs(Date.parse(request.time ?? "") - Date.parse(act.time ?? "")) < SAME_ACT_MS;
}

/** "-" is what was sent along with the request. */
const subjectOf = (row: Row) => (row.subject === "-" ? "" : row.subject);

function acts(lines: readonly Row[]): Row[] {
  const told: Row[] = [];
  for (const row of lines) {
    const last = told.at(-1);
    if (last && isOneAct(last, row)) told[told.length - 1] = { ...row, outcome: last.outcome, trace: last.trace, request: last.action };
    else told.push(row);
  }
  return told;
}

function Whole({ row, onClose }: { row: Row; onClose: () => void }) {
  const words = useWords();
  const { t, language } = words;
  const told: [string, string][] = [
    [t("column.time"), row.time ? words.moment(row.time) : "–"],
    [t("audit.who"), row.who],
    [t("audit.action"), actName(row.action, language)],
    [t("audit.technical"), [row.action, row.request].filter(Boolean).join(" · ")],
    [t("audit.subject"), subjectOf(row) || "–"],
    [t("outcome.name"), outcomeName(row.outcome, language)],
    [t("audit.trace"), row.trace || "–"],
  ];
  return (
    <div className="audit-whole" role="status">
      <dl>{told.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
      <button type="button" className="quiet" onClick={onClose}>{t("action.close")}</button>
    </div>
  );
}

export function Audit() {
  const words = useWords();
  const { t, language } = words;
  const [asked, setAsked] = useState<Record<string, string>>({});
  const [chosen, setChosen] = useState<Row | null>(null);
  const { rows, answer } = useLinePages("audit", asked, ({ lines }) => {
    const last = lines.at(-1);
    return last && lines.length === PAGE_ROWS ? { before: last.id } : undefined;
  }, { fold: acts });
  return (
    <section>
      <h2>{t("audit.title")} <Help about={t("audit.title")}>{t("help.audit")}</Help></h2>
      <Search fields={FIELDS} name={(field) => t(`audit.${field}`)} example={{ who: "user:marie", action: "view remove" }} onAsk={setAsked} />
      <Shown answer={answer}>
        {() => rows.count === 0 ? <Empty title={t("list.none")}>{t("audit.none")}</Empty> : (
          <>
            <LongTable<Row>
              caption={t("audit.rows")}
              name="ariane-audit"
              rows={rows}
              columns={[
                { key: "time", name: t("column.time"), width: "19%", value: (row) => row.time ?? "", show: (row) => (row.time ? words.moment(row.time) : "–") },
                { key: "who", name: t("audit.who"), width: "13%", value: (row) => whoName(row.who, language) },
                { key: "action", name: t("audit.action"), width: "30%", value: (row) => actName(row.action, language),
                  show: (row) => <button type="button" className="row-button" aria-pressed={chosen?.id === row.id} onClick={() => setChosen(chosen?.id === row.id ? null : row)}>{actName(row.action, language)}</button> },
                { key: "subject", name: t("audit.subject"), width: "25%", value: subjectOf, show: (row) => <span className="cell-customer" title={subjectOf(row)}>{subjectOf(row)}</span> },
                { key: "outcome", name: t("outcome.name"), width: "13%", value: (row) => outcomeName(row.outcome, language),
                  show: (row) => <span title={outcomeName(row.outcome, language)}>{outcomeName(row.outcome, language)}</span> },
              ]}
            />
            {chosen && <Whole row={chosen} onClose={() => setChosen(null)} />}
          </>
        )}
      </Shown>
    </section>
  );
}
