// pages/data/Reconcile.tsx - day by day: what the source system says it sent beside what is here, and what explains the rest.
import { useQueries } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { askWith, type Parameters } from "../../api/client";
import type { JourneyMap } from "../../api/types";
import { useWords } from "../../app/settings";
import { Help } from "../../parts/Help";
import { Table } from "../../parts/Table";
import type { Source } from "./Sources";
import { dayAfter, DAYS_MAX, totalsOf, type Total } from "./totals";

interface Asked {
  totals: Total[];
  channel: string;
  activity: string;
  source: string;
}

interface Row extends Total {
  here: number | undefined;
}

function useDays({ totals, channel, activity }: Asked): Row[] {
  const events = { ...(channel ? { channel } : {}), activity: activity.split(",").map((one) => one.trim()).filter(Boolean) };
  const definition = JSON.stringify({ version: 1, steps: [{ name: "event", events }] });
  const answers = useQueries({
    queries: totals.map(({ day }) => {
      const parameters: Parameters = { definition, since: day, until: dayAfter(day), "counts-only": true };
      return { queryKey: ["journey/map", parameters], queryFn: ({ signal }: { signal: AbortSignal }) => askWith<JourneyMap>("journey/map", parameters, signal) };
    }),
  });
  return totals.map((one, i) => ({ ...one, here: answers[i]?.data?.steps.reduce((sum, step) => sum + step.count, 0) ?? (answers[i]?.data ? 0 : undefined) }));
}

function Days({ asked, source }: { asked: Asked; source: Source | undefined }) {
  const words = useWords();
  const { t } = words;
  const rows = useDays(asked);
  const isWhole = rows.every((row) => row.here !== undefined);
  const missing = rows.reduce((sum, row) => sum + Math.max(0, row.total - (row.here ?? 0)), 0);
  const extra = rows.reduce((sum, row) => sum + Math.max(0, (row.here ?? 0) - row.total), 0);
  const tell = (row: Row) => {
    const gap = (row.here ?? 0) - row.total;
    if (row.here === undefined) return "…";
    return gap === 0 ? t("reconcile.same") : gap > 0 ? t("reconcile.more", { n: gap }) : t("reconcile.less", { n: -gap });
  };
  return (
    <div aria-live="polite" aria-busy={!isWhole}>
      {isWhole && (
        <p className="account">
          {missing + extra === 0 ? <b>{t("reconciled.agree")}</b> : t("reconcile.sum", { missing, extra })}{" "}
          {source && missing > 0 && t("reconcile.because", { twice: source.duplicates, bad: source.rejected, late: source.limited })}
        </p>
      )}
      <Table<Row>
        caption={t("reconcile.days")}
        name="ariane-reconciliation"
        rows={rows}
        rowKey={(row) => row.day}
        columns={[
          { key: "day", name: t("column.time"), value: (row) => row.day, show: (row) => words.date(row.day) },
          { key: "total", name: t("reconcile.stated"), isNumber: true, value: (row) => row.total, show: (row) => words.number(row.total) },
          { key: "here", name: t("reconcile.here"), isNumber: true, value: (row) => row.here, show: (row) => (row.here === undefined ? "…" : words.number(row.here)) },
          { key: "gap", name: t("home.against"), value: tell },
        ]}
      />
    </div>
  );
}

export function Reconcile({ sources }: { sources: readonly Source[] }) {
  const { t } = useWords();
  const [asked, setAsked] = useState<Asked | null>(null);
  const [problem, setProblem] = useState("");
  const ask = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const file = form.get("totals");
    const totals = file instanceof File ? totalsOf(await file.text()) : undefined;
    setProblem(totals ? "" : t("reconcile.no_totals", { n: DAYS_MAX }));
    setAsked(totals ? { totals, channel: String(form.get("channel") ?? "").trim(), activity: String(form.get("activity") ?? "").trim(), source: String(form.get("source") ?? "") } : null);
  };
  return (
    <section className="reconcile">
      <h2>{t("reconcile.title")} <Help about={t("reconcile.title")}>{t("help.reconcile")}</Help></h2>
      <form className="comparing" onSubmit={(event) => void ask(event)}>
        <label><span>{t("reconcile.file")}</span><input name="totals" type="file" accept=".csv,text/csv,text/plain" required /></label>
        <label><span>{t("editor.activity")}</span><input name="activity" required placeholder="inbound.*" /></label>
        <label><span>{t("editor.channel")}</span><input name="channel" placeholder="phone" /></label>
        <label>
          <span>{t("event.source")}</span>
          <select name="source">
            <option value="">–</option>
            {sources.map((one) => <option key={one.source}>{one.source}</option>)}
          </select>
        </label>
        <button type="submit" className="button">{t("reconcile.do")}</button>
      </form>
      {problem && <p className="door-problem" role="alert">{problem}</p>}
      {asked && <Days asked={asked} source={sources.find((one) => one.source === asked.source)} />}
    </section>
  );
}
