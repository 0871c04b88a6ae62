// pages/data/Reconcile.tsx - day by day: what the source system says it sent beside what is here, and what explains the rest.
import { useState, type FormEvent } from "react";
import { useLines } from "../../api/questions";
import type { Parameters } from "../../api/client";
import { useWords } from "../../app/settings";
import { Help } from "../../parts/Help";
import { Shown } from "../../parts/States";
import { Table } from "../../parts/Table";
import { activityName, channelName } from "../../words/activities";
import { companyZone } from "../../words/zone";
import { daysHere, reasonOf, type Brought, type DayHere } from "./brought";
import type { Source } from "./Sources";
import { dayAfter, DAYS_MAX, totalsOf, type Total } from "./totals";

interface Asked {
  totals: Total[];
  activities: string[];
  source: string;
}

const DAY_MS = 86_400_000;

/** Two questions for all days: in the company's zone, and in universal time to see whether that explains it. */
function useDays({ totals, activities, source }: Asked) {
  const days = totals.map((one) => one.day).sort();
  const asked: Parameters = {
    by: "day", source, activity: activities,
    since: new Date(Date.parse(days[0] ?? "") - DAY_MS).toISOString().slice(0, 10),
    until: dayAfter(dayAfter(days.at(-1) ?? "")),
  };
  return { local: useLines("source/events", asked), utc: useLines("source/events", { ...asked, zone: "UTC" }) };
}

function Days({ asked, live }: { asked: Asked; live: Source | undefined }) {
  const words = useWords();
  const { t } = words;
  const { local, utc } = useDays(asked);
  const isWhole = local.data !== undefined && utc.data !== undefined;
  const rows = daysHere(asked.totals, local.data ?? [], utc.data ?? []);
  const missing = rows.reduce((sum, row) => sum + Math.max(0, row.total - row.here), 0);
  const extra = rows.reduce((sum, row) => sum + Math.max(0, row.here - row.total), 0);
  const tell = (row: DayHere) => {
    const gap = row.here - row.total;
    return gap === 0 ? t("reconcile.same") : gap > 0 ? t("reconcile.more", { n: gap }) : t("reconcile.less", { n: -gap });
  };
  const why = (row: DayHere) => t(`reconcile.why_${reasonOf(row, rows)}`, { n: row.hidden, zone: companyZone() });
  if (local.isError) return <Shown answer={local}>{() => null}</Shown>;
  return (
    <div aria-live="polite" aria-busy={!isWhole}>
      {isWhole && (
        <>
          <p className="account">
            {missing + extra === 0 ? <b>{t("reconciled.agree")}</b> : t("reconcile.sum", { missing, extra })}{" "}
            {live && missing > 0 && t("reconcile.because", { twice: live.duplicates, bad: live.rejected, late: live.limited })}
          </p>
          <Table<DayHere>
            caption={t("reconcile.days")}
            name="ariane-reconciliation"
            rows={rows}
            rowKey={(row) => row.day}
            columns={[
              { key: "day", name: t("column.time"), value: (row) => row.day, show: (row) => <span className="cell-moment">{words.date(row.day)}</span> },
              { key: "total", name: t("reconcile.stated"), isNumber: true, value: (row) => row.total, show: (row) => words.number(row.total) },
              { key: "here", name: t("reconcile.here"), isNumber: true, value: (row) => row.here, show: (row) => words.number(row.here) },
              { key: "gap", name: t("home.against"), value: tell },
              { key: "why", name: t("sources.why"), value: why },
            ]}
          />
        </>
      )}
    </div>
  );
}

/** What of the source is counted: all that it has brought, unless something is taken out. */
function Activities({ source }: { source: string }) {
  const words = useWords();
  const { t, language } = words;
  const answer = useLines(source ? "source/events" : undefined, { by: "activity", source });
  if (!source) return null;
  return (
    <fieldset className="reconcile-what">
      <legend>{t("reconcile.what")}</legend>
      {(answer.data ?? []).map((one) => (
        <label key={`${one.channel}.${one.activity}`} className="check">
          <input type="checkbox" name="activity" value={one.activity} defaultChecked />
          {t("reconcile.activity", { activity: activityName(one.activity ?? "", language), channel: channelName(one.channel ?? "", language), n: one.events })}
        </label>
      ))}
    </fieldset>
  );
}

export function Reconcile({ brought, live }: { brought: readonly Brought[]; live: readonly Source[] }) {
  const { t } = useWords();
  const [source, setSource] = useState("");
  const [asked, setAsked] = useState<Asked | null>(null);
  const [problem, setProblem] = useState("");
  const ask = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const file = form.get("totals");
    const totals = file instanceof File ? totalsOf(await file.text()) : undefined;
    const activities = form.getAll("activity").map(String);
    setProblem(!totals ? t("reconcile.no_totals", { n: DAYS_MAX }) : activities.length === 0 ? t("reconcile.no_activity") : "");
    setAsked(totals && activities.length > 0 ? { totals, activities, source } : null);
  };
  return (
    <section className="reconcile">
      <h2>{t("reconcile.title")} <Help about={t("reconcile.title")}>{t("help.reconcile")}</Help></h2>
      <form className="comparing" onSubmit={(event) => void ask(event)}>
        <label>
          <span>{t("event.source")}</span>
          <select name="source" required value={source} onChange={(event) => { setSource(event.target.value); setAsked(null); }}>
            <option value="">{t("reconcile.choose")}</option>
            {brought.map((one) => <option key={one.source}>{one.source}</option>)}
          </select>
        </label>
        <label><span>{t("reconcile.file")}</span><input name="totals" type="file" accept=".csv,text/csv,text/plain" required /></label>
        <button type="submit" className="button">{t("reconcile.do")}</button>
        <Activities key={source} source={source} />
      </form>
      {problem && <p className="door-problem" role="alert">{problem}</p>}
      {asked && <Days asked={asked} live={live.find((one) => one.source === asked.source)} />}
    </section>
  );
}
