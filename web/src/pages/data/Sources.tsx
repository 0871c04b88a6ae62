// pages/data/Sources.tsx - what each source has brought, imported or sent; counters that live, what was refused and why, and the
// day-by-day comparison with the totals that the source itself states.
import { useState } from "react";
import { useAnswer, useLines } from "../../api/questions";
import { useWords } from "../../app/settings";
import { Help } from "../../parts/Help";
import { Empty, Shown } from "../../parts/States";
import { Table, type Column } from "../../parts/Table";
import type { Words } from "../../words";
import { activityName, channelName } from "../../words/activities";
import type { Brought } from "./brought";
import { Reconcile } from "./Reconcile";
import type { Schema } from "../../api/paths";

export type Source = Schema<"source">;

function Refused({ name }: { name: string }) {
  const words = useWords();
  const { t } = words;
  const answer = useAnswer(`sources/${encodeURIComponent(name)}`);
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

/** What one of them has brought, by what happened. */
function What({ name }: { name: string }) {
  const words = useWords();
  const { t, language } = words;
  const answer = useLines("source/events", { by: "activity", source: name });
  return (
    <Shown answer={answer} rows={3}>
      {(rows) => rows.length === 0 ? null : (
        <Table<Brought>
          caption={t("sources.what", { name })}
          name={`ariane-source-${name}`}
          rows={rows}
          rowKey={(one) => `${one.channel}.${one.activity}`}
          columns={[
            { key: "activity", name: t("event.activity"), value: (one) => activityName(one.activity ?? "", language) },
            { key: "channel", name: t("column.channel"), value: (one) => channelName(one.channel ?? "", language) },
            ...counted(words),
          ]}
        />
      )}
    </Shown>
  );
}

/** The columns that tell how many, and from when to when. */
function counted<Row extends Pick<Brought, "events" | "last_day" | "last_week" | "first_time" | "last_time">>(words: Words): Column<Row>[] {
  const { t } = words;
  const moment = (time: string | null) => (time ? <span className="cell-moment">{words.date(time)}</span> : "–");
  return [
    { key: "events", name: t("column.events"), isNumber: true, value: (one) => one.events, show: (one) => words.number(one.events) },
    { key: "last_day", name: t("sources.last_day"), isNumber: true, value: (one) => one.last_day, show: (one) => words.number(one.last_day ?? 0) },
    { key: "last_week", name: t("sources.last_week"), isNumber: true, value: (one) => one.last_week, show: (one) => words.number(one.last_week ?? 0) },
    { key: "first", name: t("sources.first"), value: (one) => one.first_time ?? "", show: (one) => moment(one.first_time) },
    { key: "last", name: t("sources.last"), value: (one) => one.last_time ?? "", show: (one) => moment(one.last_time) },
  ];
}

interface Both extends Brought {
  live: Source | undefined;
}

const NOTHING = { events: 0, hidden: 0, last_day: 0, last_week: 0, first_time: null, last_time: null };

export function Sources() {
  const words = useWords();
  const { t } = words;
  const brought = useLines("source/events");
  const live = useLines("sources");
  const [chosen, setChosen] = useState("");
  if (brought.isError) return <Shown answer={brought}>{() => null}</Shown>;
  const told = brought.data ?? [];
  const sending = live.data ?? [];
  const rows: Both[] = [
    ...told.map((one) => ({ ...one, live: sending.find((other) => other.source === one.source) })),
    ...sending.filter((one) => !told.some((other) => other.source === one.source)).map((one) => ({ ...NOTHING, source: one.source, live: one })),
  ];
  const number = (key: "accepted" | "duplicates" | "rejected" | "limited" | "last_minute") => ({
    isNumber: true as const, value: (one: Both) => one.live?.[key] ?? 0, show: (one: Both) => (one.live ? words.number(one.live[key]) : "–"),
  });
  return (
    <>
      <section>
        <h2>{t("sources.title")} <Help about={t("sources.title")}>{t("help.sources")}</Help></h2>
        {rows.length === 0 && !brought.isPending ? (
          <Empty title={t("sources.none")}>{t("sources.none_more")}</Empty>
        ) : (
          <Shown answer={brought}>
            {() => (
              <Table<Both>
                caption={t("sources.all", { n: rows.length })}
                name="ariane-sources"
                rows={rows}
                rowKey={(one) => one.source}
                columns={[
                  { key: "source", name: t("event.source"), value: (one) => one.source,
                    show: (one) => <button type="button" className="row-button" aria-pressed={chosen === one.source} onClick={() => setChosen(chosen === one.source ? "" : one.source)}>{one.source}</button> },
                  ...counted<Both>(words),
                  { key: "minute", name: t("sources.minute"), ...number("last_minute") },
                  { key: "accepted", name: t("sources.accepted"), ...number("accepted") },
                  { key: "duplicates", name: t("sources.duplicates"), ...number("duplicates") },
                  { key: "rejected", name: t("sources.rejected"), ...number("rejected"),
                    show: (one) => <span data-tone={(one.live?.rejected ?? 0) > 0 ? "bad" : undefined}>{one.live ? words.number(one.live.rejected) : "–"}</span> },
                ]}
              />
            )}
          </Shown>
        )}
        <p className="account">{t("sources.live")}</p>
        {chosen && <What name={chosen} />}
        {chosen && sending.some((one) => one.source === chosen) && <Refused name={chosen} />}
      </section>
      <Reconcile brought={told} live={sending} />
    </>
  );
}
