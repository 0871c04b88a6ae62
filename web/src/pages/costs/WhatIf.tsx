// pages/costs/WhatIf.tsx - what if a share of those who take one way took another?  Reckoned on one's own customers: what
// the two ways cost and lead to now, with the interval of the difference.  Launched on some with a hold-out, it is proved.
import { useState } from "react";
import { useAnswer } from "../../api/questions";
import type { Interval } from "../../api/types";
import { useParameter } from "../../app/router";
import { useWords } from "../../app/settings";
import { Figure } from "../../parts/Figure";
import { Help } from "../../parts/Help";
import { saveCsv } from "../../parts/save";
import { Shown } from "../../parts/States";
import { Gap } from "../../parts/Whisker";
import type { Words } from "../../words";
import { channelName } from "../../words/activities";
import { useCosts } from "./costs";
import { Proof } from "./Proof";
import { ReasonChoice } from "./ReasonChoice";
import { useTellings } from "./telling";
import { aboutBy, definitionOfWays, WAYS } from "./ways";
import type { Schema } from "../../api/paths";

export type Moved = Schema<"journey-whatif">;
type Measure = Moved["cost"];
/** Of ways that both have episodes: without any there is no mean. */
export type Known = { [K in keyof Measure]: NonNullable<Measure[K]> };
const hasMeans = (measure: Measure): measure is Known => measure.mean_from !== null && measure.mean_to !== null && measure.before !== null && measure.after !== null;

const AHT_H = 513 / 3600; // of a call with what follows it
const PRODUCTIVE_H = 1607 * (1 - 0.32) * 0.83; // a year of work, less absence and training, at that occupancy

const LEAVING = { name: "contract ended", activity: "contract.ended" };
const SALES = { name: "order placed", activity: "order.placed" };
const HORIZONS = ["7d", "14d", "30d"];

const DIGITS = { cost: 0, contacts: 0, staff: 2, leaving: 1, sales: 1 };
/** Fewer of it is good; of sales, more. */
const isGood = (key: string, interval: Interval) => (key === "sales" ? (interval.low ?? -1) > 0 : (interval.high ?? 1) < 0);
const isBad = (key: string, interval: Interval) => (key === "sales" ? (interval.high ?? 1) < 0 : (interval.low ?? -1) > 0);

function scaled(measure: Known, by: number): Known {
  const { value, low, high } = measure.change;
  const times = (n: number | null) => (n === null ? null : n * by);
  return { mean_from: measure.mean_from * by, mean_to: measure.mean_to * by, before: measure.before * by, after: measure.after * by,
    change: { value: times(value), low: times(low), high: times(high) } };
}

function wayName(key: string, { t, language }: Words): string {
  if (key === "bot") return t("reasons.bot");
  if (key === "help") return t("whatif.help_online");
  return channelName(WAYS.find((one) => one.key === key)?.channel ?? key, language);
}

function WayChoice({ label, value, ways, onChange }: { label: string; value: string; ways: readonly { key: string }[]; onChange: (value: string) => void }) {
  const words = useWords();
  return (
    <label>
      <span>{label}</span>
      <select value={value} onChange={(event) => onChange(event.target.value)}>
        {ways.map(({ key }) => <option key={key} value={key}>{wayName(key, words)}</option>)}
      </select>
    </label>
  );
}

/** What is asked, by the address: a way that is none, or does not tell the reason, is the telephone. */
function useWays() {
  const [route, setFrom] = useParameter("route", "phone");
  const [taken, setTo] = useParameter("to", "bot");
  const [reason] = useParameter("reason", "");
  const { tellings, isPending } = useTellings();
  const leave = WAYS.filter((one) => reason === "" || aboutBy(one, tellings, reason));
  const from = leave.some((one) => one.key === route) ? route : "phone";
  const to = WAYS.some((one) => one.key === taken) ? taken : "bot";
  const isMixed = reason !== "" && !leave.some((one) => one.key === to);
  return { from, setFrom, to, setTo, reason, leave, isMixed, tellings, isKnown: reason === "" || !isPending };
}

function Share({ value, onChange }: { value: number; onChange: (value: number) => void }) {
  const { t, percent } = useWords();
  const [moving, setMoving] = useState<number | null>(null);
  const done = () => {
    if (moving !== null) onChange(moving);
    setMoving(null);
  };
  return (
    <label className="simulator-share">
      <span>{t("whatif.share")}</span>
      <input type="range" min={1} max={100} value={moving ?? value} onChange={(event) => setMoving(Number(event.target.value))} onPointerUp={done} onKeyUp={done} onBlur={done} />
      <output>{percent((moving ?? value) / 100, 0)}</output>
    </label>
  );
}

export function WhatIf({ years }: { years: number }) {
  const words = useWords();
  const { t } = words;
  const costs = useCosts();
  const { from, setFrom, to, setTo, reason, leave, isMixed, tellings, isKnown } = useWays();
  const [share, setShare] = useParameter("move", "20");
  const [horizon, setHorizon] = useParameter("horizon", "14d");
  const isAsked = from !== to && isKnown;
  const same = { route: [from], to: [to], share, horizon };
  const asked = { definition: definitionOfWays(costs, reason, tellings), ...same };
  const answer = useAnswer(isAsked ? "journey/whatif" : undefined, asked);
  const leaving = useAnswer(isAsked ? "journey/whatif" : undefined, { definition: definitionOfWays(costs, reason, tellings, LEAVING), ...same });
  const sales = useAnswer(isAsked ? "journey/whatif" : undefined, { definition: definitionOfWays(costs, reason, tellings, SALES), ...same });
  const rows = (cost: Known, contacts: Known): (readonly [keyof typeof DIGITS, Known])[] => [
    ["cost", cost], ["contacts", contacts], ["staff", scaled(contacts, AHT_H / PRODUCTIVE_H)],
    ...(leaving.data && hasMeans(leaving.data.value) ? [["leaving", leaving.data.value] as const] : []),
    ...(sales.data && hasMeans(sales.data.value) ? [["sales", sales.data.value] as const] : []),
  ];
  const perYear = (interval: Interval): Interval => ({ value: (interval.value ?? 0) / years, low: interval.low === null ? null : interval.low / years, high: interval.high === null ? null : interval.high / years });
  return (
    <section className="whatif">
      <h2>{t("whatif.title")} <Help about={t("whatif.title")}>{t("help.whatif")}</Help></h2>
      <div className="simulator-inputs">
        <ReasonChoice />
        <WayChoice label={t("whatif.from")} value={from} ways={leave} onChange={setFrom} />
        <WayChoice label={t("whatif.to")} value={to} ways={WAYS} onChange={setTo} />
        <label>
          <span>{t("whatif.horizon")}</span>
          <select value={horizon} onChange={(event) => setHorizon(event.target.value)}>
            {HORIZONS.map((one) => <option key={one} value={one}>{t("whatif.days", { n: Number.parseInt(one, 10) })}</option>)}
          </select>
        </label>
        <Share value={Number(share)} onChange={(value) => setShare(String(value))} />
      </div>
      {from === to && <p className="none">{t("whatif.same")}</p>}
      {from !== to && (
        <Shown answer={answer} rows={4}>
          {(data) => {
            const { cost, contacts } = data;
            if (!hasMeans(cost) || !hasMeans(contacts)) return <p className="none">{t("whatif.none")}</p>;
            const format = (key: keyof typeof DIGITS) => (n: number) => (key === "cost" ? words.money(n) : words.number(n, DIGITS[key]));
            const each = (key: keyof typeof DIGITS, n: number) => (key === "cost" ? words.money(n, 2) : words.number(n, key === "contacts" ? 2 : 4));
            const saved = perYear(cost.change);
            const most = Math.max(Math.abs(saved.low ?? 0), Math.abs(saved.high ?? 0), 1);
            return (
              <>
                <p className="sentence" aria-live="polite">
                  {t("whatif.sentence", { share: words.percent(Number(share) / 100, 0), n: Math.round(data.episodes_from / years), from: wayName(from, words), to: wayName(to, words), about: reason === "" ? "" : t("whatif.about", { reason }) })}{" "}
                  <b data-tone={(saved.value ?? 0) <= 0 ? "good" : "bad"}>{words.money(Math.abs(saved.value ?? 0))}</b>{" "}
                  {t((saved.value ?? 0) <= 0 ? "simulator.saves" : "simulator.costs")}
                </p>
                <Gap interval={saved} most={most * 1.1} label={t("interval", { low: words.money(saved.low ?? 0), high: words.money(saved.high ?? 0) })} />
                <div className="figures">
                  {rows(cost, contacts).map(([key, measure]) => {
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
                <p className="caveat">{t("whatif.assumption", { to: wayName(to, words), n: data.episodes_to })} {isMixed && t("whatif.mixed", { to: wayName(to, words) })}</p>
                <Proof contacts={contacts} episodes={data.episodes_from} years={years} asked={asked} />
                <button type="button" className="quiet" onClick={() =>
                  saveCsv("ariane-whatif", [t("whatif.title"), t("whatif.from"), t("whatif.to"), t("compare.difference"), t("driver.low"), t("driver.high")],
                    rows(cost, contacts).map(([key, measure]) => [t(`whatif.${key}`), measure.mean_from, measure.mean_to, perYear(measure.change).value ?? "", perYear(measure.change).low ?? "", perYear(measure.change).high ?? ""]))}>
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
