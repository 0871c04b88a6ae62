// pages/data/Sources.tsx - who sends events: counters that live, what was refused and why, and the day-by-day comparison with
// the totals that the source itself states.
import { useState } from "react";
import { useAnswer, useLines } from "../../api/questions";
import { useWords } from "../../app/settings";
import { Help } from "../../parts/Help";
import { Empty, Shown } from "../../parts/States";
import { Table } from "../../parts/Table";
import { Reconcile } from "./Reconcile";

export interface Source {
  source: string;
  since: string;
  requests: number;
  bytes: number;
  accepted: number;
  duplicates: number;
  erased: number;
  rejected: number;
  limited: number;
  last_minute: number;
  rate_limit: number | null;
  last_time: string | null;
  reasons: { code: string; count: number }[];
  rejects?: { time: string; code: string; detail: string; payload: string }[];
}

function Refused({ name }: { name: string }) {
  const words = useWords();
  const { t } = words;
  const answer = useAnswer<Source>(`sources/${encodeURIComponent(name)}`);
  return (
    <Shown answer={answer} rows={3}>
      {(data) => (
        <>
          <ul className="account">
            {data.reasons.map((one) => <li key={one.code}><code>{one.code}</code> {t("sources.times", { n: one.count })}</li>)}
          </ul>
          {(data.rejects ?? []).length === 0 ? <p className="none">{t("sources.none_refused")}</p> : (
            <Table<NonNullable<Source["rejects"]>[0]>
              caption={t("sources.refused_of", { name })}
              name={`ariane-rejects-${name}`}
              rows={data.rejects ?? []}
              rowKey={(one) => one.time + one.payload}
              columns={[
                { key: "time", name: t("column.time"), value: (one) => one.time, show: (one) => words.moment(one.time) },
                { key: "code", name: t("sources.why"), value: (one) => one.detail || one.code },
                { key: "payload", name: t("sources.payload"), value: (one) => one.payload, show: (one) => <code className="payload">{one.payload}</code> },
              ]}
            />
          )}
        </>
      )}
    </Shown>
  );
}

export function Sources() {
  const words = useWords();
  const { t } = words;
  const sources = useLines<Source>("sources");
  const [chosen, setChosen] = useState("");
  if (sources.isError) return <Shown answer={sources}>{() => null}</Shown>;
  const rows = sources.data ?? [];
  const number = (key: "accepted" | "duplicates" | "rejected" | "limited" | "last_minute") => (one: Source) => words.number(one[key]);
  return (
    <>
      <section>
        <h2>{t("sources.title")} <Help about={t("sources.title")}>{t("help.sources")}</Help></h2>
        {rows.length === 0 && !sources.isPending ? (
          <Empty title={t("sources.none")}>{t("sources.none_more")}</Empty>
        ) : (
          <Table<Source>
            caption={t("sources.counters")}
            name="ariane-sources"
            rows={rows}
            rowKey={(one) => one.source}
            columns={[
              { key: "source", name: t("event.source"), value: (one) => one.source,
                show: (one) => <button type="button" className="row-button" aria-pressed={chosen === one.source} onClick={() => setChosen(chosen === one.source ? "" : one.source)}>{one.source}</button> },
              { key: "accepted", name: t("sources.accepted"), isNumber: true, value: (one) => one.accepted, show: number("accepted") },
              { key: "minute", name: t("sources.minute"), isNumber: true, value: (one) => one.last_minute, show: number("last_minute") },
              { key: "duplicates", name: t("sources.duplicates"), isNumber: true, value: (one) => one.duplicates, show: number("duplicates") },
              { key: "rejected", name: t("sources.rejected"), isNumber: true, value: (one) => one.rejected, show: (one) => <span data-tone={one.rejected > 0 ? "bad" : undefined}>{words.number(one.rejected)}</span> },
              { key: "limited", name: t("sources.limited"), isNumber: true, value: (one) => one.limited, show: number("limited") },
              { key: "last", name: t("sources.last"), value: (one) => one.last_time ?? "", show: (one) => (one.last_time ? words.moment(one.last_time) : "–") },
            ]}
          />
        )}
        {chosen && <Refused name={chosen} />}
      </section>
      <Reconcile sources={rows} />
    </>
  );
}
