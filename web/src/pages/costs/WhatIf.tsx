// pages/costs/WhatIf.tsx - what if a share of those who take one way took another?  Reckoned on one's own customers: what
// the two ways cost and lead to now, with the interval of the difference.  Launched on some with a hold-out, it is proved.
import { useState } from "react";
import { useAnswer } from "../../api/questions";
import type { Interval, Standing } from "../../api/types";
import { useParameter } from "../../app/router";
import { useWords } from "../../app/settings";
import { Figure } from "../../parts/Figure";
import { Help } from "../../parts/Help";
import { saveCsv } from "../../parts/save";
import { Shown } from "../../parts/States";
import { Gap } from "../../parts/Whisker";
import { definitionOf, stepName, viewOf } from "../../views/views";
import { useCosts } from "./costs";
import { holdOut } from "./holdout";

interface Measure {
  mean_from: number;
  mean_to: number;
  before: number;
  after: number;
  change: Interval;
}

interface Moved extends Standing {
  episodes_from: number;
  customers_from: number;
  episodes_to: number;
  customers_to: number;
  moved: number;
  cost: Measure;
  contacts: Measure;
  value: Measure;
}

const river = viewOf("contacts");
const AHT_H = 513 / 3600; // of a call with what follows it
const PRODUCTIVE_H = 1607 * (1 - 0.32) * 0.83; // a year of work, less absence and training, at that occupancy

/** The river, in which one kind of event is worth 1 and nothing else: so its number is what changes. */
function counting(name: string, activity: string): string {
  const steps = river.steps.filter((one) => one.key !== "ended").map(({ key, events }) => ({ name: key, events }));
  return JSON.stringify({ version: 1, name, steps: [...steps, { name, events: activity, value: 1 }], ...river.rules });
}
const LEAVING = counting("contract ended", "contract.ended");
const SALES = counting("order placed", "order.placed");
/** Ways that one may leave or take: contacts and self-service, not facts. */
const WAYS = ["help", "ivr", "bot", "solved", "unsolved", "lost", "chat", "mail", "social", "shop", "visit", "visit_failed"];
const HORIZONS = ["7d", "14d", "30d"];
const LAUNCHES = [5, 10, 20, 50];

const DIGITS = { cost: 0, contacts: 0, staff: 2, leaving: 1, sales: 1 };
/** Fewer of it is good; of sales, more. */
const isGood = (key: string, interval: Interval) => (key === "sales" ? (interval.low ?? -1) > 0 : (interval.high ?? 1) < 0);
const isBad = (key: string, interval: Interval) => (key === "sales" ? (interval.high ?? 1) < 0 : (interval.low ?? -1) > 0);

function scaled(measure: Measure, by: number): Measure {
  const { value, low, high } = measure.change;
  const times = (n: number | null) => (n === null ? null : n * by);
  return { mean_from: measure.mean_from * by, mean_to: measure.mean_to * by, before: measure.before * by, after: measure.after * by,
    change: { value: times(value), low: times(low), high: times(high) } };
}

function Way({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  const { language } = useWords();
  return (
    <label>
      <span>{label}</span>
      <select value={value} onChange={(event) => onChange(event.target.value)}>
        {WAYS.map((step) => <option key={step} value={step}>{stepName(river, step, language)}</option>)}
      </select>
    </label>
  );
}

function Share({ value, onChange }: { value: number; onChange: (value: number) => void }) {
  const { t } = useWords();
  const [moving, setMoving] = useState<number | null>(null);
  const done = () => {
    if (moving !== null) onChange(moving);
    setMoving(null);
  };
  return (
    <label className="simulator-share">
      <span>{t("whatif.share")}</span>
      <input type="range" min={1} max={100} value={moving ?? value} onChange={(event) => setMoving(Number(event.target.value))} onPointerUp={done} onKeyUp={done} onBlur={done} />
      <output>{moving ?? value} %</output>
    </label>
  );
}

/** Before it is launched on all: on some, with others kept as they are, and how long until the difference shows. */
function HoldOut({ data, years }: { data: Moved; years: number }) {
  const words = useWords();
  const { t } = words;
  const [launch, setLaunch] = useParameter("launch", "10");
  const share = Number(launch) / 100;
  const plan = holdOut(data.contacts, data.episodes_from / years, share);
  return (
    <section className="hold-out">
      <h3>{t("holdout.title")} <Help about={t("holdout.title")}>{t("help.holdout")}</Help></h3>
      <div className="choice" role="group" aria-label={t("holdout.launch")}>
        {LAUNCHES.map((one) => (
          <button key={one} type="button" aria-pressed={String(one) === launch} onClick={() => setLaunch(String(one))}>{t("holdout.on", { share: `${one} %` })}</button>
        ))}
      </div>
      <p>
        {plan === undefined ? t("holdout.never")
          : t("holdout.told", { share: words.percent(share, 0), kept: words.percent(1 - share, 0), each: plan.each, weeks: plan.weeks,
              effect: words.number(Math.abs(data.contacts.mean_to - data.contacts.mean_from), 2) })}
      </p>
    </section>
  );
}

export function WhatIf({ years }: { years: number }) {
  const words = useWords();
  const { t, language } = words;
  const costs = useCosts();
  const [from, setFrom] = useParameter("route", "unsolved");
  const [to, setTo] = useParameter("to", "chat");
  const [share, setShare] = useParameter("move", "20");
  const [horizon, setHorizon] = useParameter("horizon", "14d");
  const isAsked = from !== to;
  const answer = useAnswer<Moved>(isAsked ? "journey/whatif" : undefined, { definition: definitionOf(river, costs), route: [from], to: [to], share, horizon });
  const same = { route: [from], to: [to], share, horizon };
  const leaving = useAnswer<Moved>(isAsked ? "journey/whatif" : undefined, { definition: LEAVING, ...same });
  const sales = useAnswer<Moved>(isAsked ? "journey/whatif" : undefined, { definition: SALES, ...same });
  const rows = (data: Moved): (readonly [keyof typeof DIGITS, Measure])[] => [
    ["cost", data.cost], ["contacts", data.contacts], ["staff", scaled(data.contacts, AHT_H / PRODUCTIVE_H)],
    ...(leaving.data ? [["leaving", leaving.data.value] as const] : []), ...(sales.data ? [["sales", sales.data.value] as const] : []),
  ];
  const perYear = (interval: Interval): Interval => ({ value: (interval.value ?? 0) / years, low: interval.low === null ? null : interval.low / years, high: interval.high === null ? null : interval.high / years });
  return (
    <section className="whatif">
      <h2>{t("whatif.title")} <Help about={t("whatif.title")}>{t("help.whatif")}</Help></h2>
      <div className="simulator-inputs">
        <Way label={t("whatif.from")} value={from} onChange={setFrom} />
        <Way label={t("whatif.to")} value={to} onChange={setTo} />
        <label>
          <span>{t("whatif.horizon")}</span>
          <select value={horizon} onChange={(event) => setHorizon(event.target.value)}>
            {HORIZONS.map((one) => <option key={one} value={one}>{t("whatif.days", { n: Number.parseInt(one, 10) })}</option>)}
          </select>
        </label>
        <Share value={Number(share)} onChange={(value) => setShare(String(value))} />
      </div>
      {!isAsked && <p className="none">{t("whatif.same")}</p>}
      {isAsked && (
        <Shown answer={answer} rows={4}>
          {(data) => {
            const format = (key: keyof typeof DIGITS) => (n: number) => (key === "cost" ? words.money(n) : words.number(n, DIGITS[key]));
            const each = (key: keyof typeof DIGITS, n: number) => (key === "cost" ? words.money(n, 2) : words.number(n, key === "contacts" ? 2 : 4));
            const saved = perYear(data.cost.change);
            const most = Math.max(Math.abs(saved.low ?? 0), Math.abs(saved.high ?? 0), 1);
            return (
              <>
                <p className="sentence" aria-live="polite">
                  {t("whatif.sentence", { share: `${share} %`, n: Math.round(data.episodes_from / years), from: stepName(river, from, language), to: stepName(river, to, language) })}{" "}
                  <b data-tone={(saved.value ?? 0) <= 0 ? "good" : "bad"}>{words.money(Math.abs(saved.value ?? 0))}</b>{" "}
                  {t((saved.value ?? 0) <= 0 ? "simulator.saves" : "simulator.costs")}
                </p>
                <Gap interval={saved} most={most * 1.1} label={t("interval", { low: words.money(saved.low ?? 0), high: words.money(saved.high ?? 0) })} />
                <div className="figures">
                  {rows(data).map(([key, measure]) => {
                    const year = perYear(measure.change);
                    const one = format(key);
                    return (
                      <Figure key={key} name={t(`whatif.${key}`)} value={`${(year.value ?? 0) > 0 ? "+" : "−"} ${one(Math.abs(year.value ?? 0))}`}
                        {...(isGood(key, year) ? { tone: "good" as const } : isBad(key, year) ? { tone: "bad" as const } : {})}
                        note={<>
                          {year.low !== null && year.high !== null && t("interval", { low: one(year.low), high: one(year.high) })}<br />
                          {t("whatif.means", { from: each(key, measure.mean_from), to: each(key, measure.mean_to) })}
                        </>} />
                    );
                  })}
                  <Figure name={t("whatif.moved")} value={words.number(data.moved / years)} note={t("whatif.customers", { n: data.customers_from })} />
                </div>
                <p className="caveat">{t("whatif.assumption", { to: stepName(river, to, language), n: data.episodes_to })}</p>
                <HoldOut data={data} years={years} />
                <button type="button" className="quiet" onClick={() =>
                  saveCsv("ariane-whatif", [t("whatif.title"), t("whatif.from"), t("whatif.to"), t("compare.difference"), t("driver.low"), t("driver.high")],
                    rows(data).map(([key, measure]) => [t(`whatif.${key}`), measure.mean_from, measure.mean_to, perYear(measure.change).value ?? "", perYear(measure.change).low ?? "", perYear(measure.change).high ?? ""]))}>
                  CSV<span className="unseen"> {t("whatif.title")}</span>
                </button>
              </>
            );
          }}
        </Shown>
      )}
    </section>
  );
}
