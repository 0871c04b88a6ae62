// pages/Costs.tsx - what contacts cost, and what moving some of them to another channel would save.
import { useMemo, type ReactNode } from "react";
import { useAnswer, useMap, useStatus } from "../api/questions";
import type { Status } from "../api/types";
import { changed, go, useAddress, useParameter } from "../app/router";
import { useMay } from "../app/session";
import { useWords } from "../app/settings";
import { Figure } from "../parts/Figure";
import { Help } from "../parts/Help";
import { Link } from "../parts/Link";
import { Picture } from "../parts/Picture";
import { saveCsv } from "../parts/save";
import { Shown } from "../parts/States";
import { definitionOf, viewOf } from "../views/views";
import { channelName } from "../words/activities";
import { ByReason } from "./costs/ByReason";
import { COSTS, COUNTED, MILLION, moved, useCosts, volumesOf, type Move } from "./costs/costs";
import { Journeys } from "./costs/Journeys";
import { ReasonChoice } from "./costs/ReasonChoice";
import { Reasons } from "./costs/Reasons";
import { useTellings } from "./costs/telling";
import { definitionOfWays } from "./costs/ways";
import { WhatIf } from "./costs/WhatIf";
import { listOf, type Span } from "./home";
import { usePeriod } from "./period";

const contacts = viewOf("contacts");

function yearsOf(status: Status | undefined): number {
  if (!status?.first_time || !status.last_time) return 1;
  return Math.max((Date.parse(status.last_time) - Date.parse(status.first_time)) / (365.25 * 86_400_000), 1 / 365.25);
}

/** The steps of the river on that channel: what its customers are listed by. */
const stepsOn = (channel: string) => contacts.steps.filter((one) => one.channel === channel && COUNTED.has(one.key)).map((one) => one.key);

function CostTable({ volumes, span }: { volumes: Map<string, number>; span: Partial<Span> }) {
  const words = useWords();
  const { t } = words;
  const url = useAddress();
  const costs = useCosts();
  const may = useMay();
  const period = usePeriod(span);
  const name = (channel: string) => (channel === "bot" ? t("reasons.bot") : channelName(channel, words.language));
  const rows = Object.keys(COSTS)
    .map((channel) => ({ channel, cost: costs[channel] ?? 0, volume: volumes.get(channel) ?? 0 }))
    .filter((row) => row.volume > 0)
    .sort((a, b) => b.volume * b.cost - a.volume * a.cost);
  const total = rows.reduce((sum, row) => sum + row.volume * row.cost, 0);
  const setCost = (channel: string, value: string) =>
    go(changed(url, { [`cost.${channel}`]: Number(value) === COSTS[channel] ? undefined : value }), "replace");
  return (
    <section className="cost-table">
      <div className="table-head">
        <h2>
          {t("costs.by_channel")} {period} <Help about={t("costs.by_channel")}>{t("help.costs")}</Help>
        </h2>
        {span.since !== undefined && <Link to={changed(url, { since: undefined, until: undefined })} className="quiet">{t("costs.all_time")}</Link>}
        <button type="button" className="quiet" onClick={() =>
          saveCsv("ariane-costs", [t("column.channel"), t("costs.each"), t("costs.contacts"), t("costs.cost")],
            rows.map((row) => [name(row.channel), row.cost, row.volume, row.cost * row.volume]))}>
          CSV
        </button>
      </div>
      <div className="table-scroll" tabIndex={0} role="region" aria-label={t("costs.by_channel")}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t("column.channel")}</th>
              <th scope="col" data-number>{t("costs.contacts")}</th>
              <th scope="col" data-number>{t("costs.each")}</th>
              <th scope="col" data-number>{t("costs.cost")}</th>
              <th scope="col"><span className="unseen">{t("column.share")}</span></th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ channel, cost, volume }) => (
              <tr key={channel}>
                <th scope="row">{may("lists") ? <Link to={listOf(stepsOn(channel), span)}>{name(channel)}</Link> : name(channel)}</th>
                <td data-number>{words.number(volume)}</td>
                <td data-number>
                  <input type="number" min={0} step={0.01} value={cost} aria-label={t("costs.each_of", { channel: name(channel) })}
                    onChange={(event) => setCost(channel, event.target.value)} />
                </td>
                <td data-number>{words.money(cost * volume)}</td>
                <td><span className="bar"><i style={{ width: `${total > 0 ? ((cost * volume) / (rows[0] ? rows[0].cost * rows[0].volume : 1)) * 100 : 0}%` }} /></span></td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">{t("costs.total")}</th>
              <td data-number>{words.number(rows.reduce((sum, row) => sum + row.volume, 0))}</td>
              <td />
              <td data-number>{words.money(total)}</td>
              <td />
            </tr>
          </tfoot>
        </table>
      </div>
    </section>
  );
}

function Scale({ move }: { move: Move }) {
  const words = useWords();
  const { t } = words;
  const result = moved(move);
  const width = (amount: number) => (result.before > 0 ? (amount / result.before) * 560 : 0);
  const after = result.after > result.before ? 560 : width(result.after);
  const rows: [string, ReactNode, number][] = [
    [t("simulator.before"), <rect key="b" className="scale-dear" x={130} y={6} width={result.before > 0 ? 560 : 0} height={34} rx={3} />, result.before],
    [
      t("simulator.after"),
      <g key="a">
        <rect className="scale-dear" x={130} y={62} width={Math.max(0, Math.min(after, width(result.staying)))} height={34} rx={3} />
        <rect className="scale-cheap" x={130 + width(result.staying)} y={62} width={Math.max(1, width(result.moving))} height={34} />
        {result.saved > 0 && <rect className="scale-saved" x={131 + after} y={63} width={Math.max(0, 558 - after)} height={32} rx={3} />}
      </g>,
      result.after,
    ],
  ];
  return (
    <svg className="scale" data-picture viewBox="0 0 820 104" role="img" aria-label={t("simulator.title")}>
      {rows.map(([name, bars, amount], i) => (
        <g key={name}>
          <text className="scale-name" x={0} y={28 + i * 56}>{name}</text>
          {bars}
          <text className="scale-amount" x={700} y={28 + i * 56}>{words.money(amount)}</text>
        </g>
      ))}
      {result.saved > 0 && <text className="scale-saving" x={130 + (after + 560) / 2} y={84} textAnchor="middle">− {words.money(result.saved)}</text>}
    </svg>
  );
}

/** Instead of a number of contacts: one's own, of the reason that is chosen. */
const OWN = "own";

/** A count of so many may by chance have been another: a saving in proportion to it, with the interval of Poisson's law. */
function ofCount(amount: number, counted: number): { low: number; high: number } | undefined {
  if (counted <= 0) return undefined;
  const part = 1.96 / Math.sqrt(counted);
  return { low: amount * Math.max(0, 1 - part), high: amount * (1 + part) };
}

/** `counted`: how many contacts of one's own `own` is reckoned from. */
function Simulator({ own, counted }: { own: Move; counted: number }) {
  const words = useWords();
  const { t } = words;
  const url = useAddress();
  const read = (name: keyof Move): number => {
    const said = Number(url.searchParams.get(name) ?? Number.NaN);
    return Number.isFinite(said) && said >= 0 ? said : MILLION[name];
  };
  const isOwn = url.searchParams.get("contacts") === OWN && counted > 0;
  const move: Move = { contacts: isOwn ? own.contacts : read("contacts"), dear: read("dear"), cheap: read("cheap"), share: Math.min(1, read("share")) };
  const result = moved(move);
  const reach = isOwn ? ofCount(Math.abs(result.saved), counted) : undefined;
  const isMillion = !isOwn && move.contacts === MILLION.contacts && move.dear === MILLION.dear && move.cheap === MILLION.cheap;
  const set = (changes: Partial<Record<keyof Move, number | typeof OWN>>) =>
    go(changed(url, Object.fromEntries(Object.entries({ ...move, ...(isOwn ? { contacts: OWN } : {}), ...changes }).map(([name, value]) => [name, String(value)]))), "replace");
  const input = (name: "contacts" | "dear" | "cheap", step: number) => (
    <label>
      <span>{t(`simulator.${name}`)}</span>
      <input type="number" min={0} step={step} value={move[name]} onChange={(event) => set({ [name]: Number(event.target.value) })} />
    </label>
  );
  return (
    <section className="simulator">
      <Picture
        title={t("simulator.title")}
        name="ariane-simulator"
        help={<Help about={t("simulator.title")}>{t("help.simulator")}</Help>}
        tools={
          <div className="choice" role="group" aria-label={t("simulator.volumes")}>
            <button type="button" aria-pressed={isMillion} onClick={() => set({ ...MILLION })}>{t("simulator.million")}</button>
            <button type="button" aria-pressed={isOwn} onClick={() => set({ ...own, share: move.share, contacts: OWN })}>{t("simulator.own")}</button>
          </div>
        }
      >
        <p className="sentence" aria-live="polite">
          {t("simulator.sentence", {
            contacts: move.contacts,
            share: words.percent(move.share, 0),
            dear: words.money(move.dear, 2),
            cheap: words.money(move.cheap, 2),
          })}{" "}
          <b data-tone={result.saved >= 0 ? "good" : "bad"}>{words.money(Math.abs(result.saved))}</b>{" "}
          {t(result.saved >= 0 ? "simulator.saves" : "simulator.costs")}
        </p>
        <div className="simulator-inputs">
          <ReasonChoice />
          {input("contacts", 1000)}
          {input("dear", 0.01)}
          {input("cheap", 0.01)}
          <label className="simulator-share">
            <span>{t("simulator.share")}</span>
            <input type="range" min={0} max={100} step={1} value={Math.round(move.share * 100)} onChange={(event) => set({ share: Number(event.target.value) / 100 })} />
            <output>{words.percent(move.share, 0)}</output>
          </label>
        </div>
        <Scale move={move} />
        <div className="figures">
          <Figure name={t("simulator.before")} value={words.money(result.before)} note={`${words.number(move.contacts)} × ${words.money(move.dear, 2)}`} />
          <Figure name={t("simulator.after")} value={words.money(result.after)}
            note={`${words.money(result.staying)} + ${words.money(result.moving)}`} />
          <Figure name={t(result.saved >= 0 ? "simulator.saving" : "simulator.loss")} value={words.money(Math.abs(result.saved))}
            note={<>
              {result.before > 0 ? words.percent(Math.abs(result.saved) / result.before, 1) : "–"}
              {reach && <><br />{t("simulator.own_interval", { interval: t("interval", { low: words.money(reach.low), high: words.money(reach.high) }) })}</>}
            </>} tone={result.saved >= 0 ? "good" : "bad"} />
        </div>
        <p className="caveat">{t("simulator.caveat")}</p>
      </Picture>
    </section>
  );
}

export default function Costs() {
  const words = useWords();
  const { t } = words;
  const costs = useCosts();
  const status = useStatus();
  const question = useMemo(() => ({ definition: definitionOf(contacts), "counts-only": true }), []);
  const map = useMap(question);
  const url = useAddress();
  const span: Partial<Span> = Object.fromEntries((["since", "until"] as const).flatMap((key) => { const told = url.searchParams.get(key); return told === null ? [] : [[key, told]]; }));
  const hasSpan = span.since !== undefined || span.until !== undefined;
  const then = useMap({ ...question, ...span }); // the same question where no period is asked about
  const table = <Shown answer={then}>{(data) => <><CostTable volumes={volumesOf(data)} span={span} /><ByReason volumes={volumesOf(data)} span={span} /></>}</Shown>;
  const volumes = map.data ? volumesOf(map.data) : new Map<string, number>();
  const [reason] = useParameter("reason", "");
  const { tellings, isPending } = useTellings();
  const about = useAnswer(reason === "" || isPending ? undefined : "journey/map", { definition: definitionOfWays(costs, reason, tellings), "counts-only": true });
  const counted = reason === "" ? (volumes.get("phone") ?? 0) : (about.data?.steps.find((one) => one.step === "phone")?.count ?? 0);
  const own: Move = {
    contacts: Math.round(counted / yearsOf(status.data)),
    dear: costs.phone ?? 0,
    cheap: costs.web ?? 0,
    share: MILLION.share,
  };
  return (
    <div className="page costs">
      <header className="page-head">
        <div>
          <h1>{t("place.costs")}</h1>
          <p className="lead">{t("costs.lead")}</p>
        </div>
        <button type="button" className="button" onClick={() => window.print()}>{t("action.print")}</button>
      </header>
      {hasSpan && table}
      <Simulator own={own} counted={counted} />
      <WhatIf years={yearsOf(status.data)} />
      {!hasSpan && table}
      <Reasons years={yearsOf(status.data)} />
      <Journeys />
      <section className="print-only definitions">
        <h2>{t("costs.definitions")}</h2>
        <p>{t("help.simulator")}</p>
        <p>{t("help.whatif")}</p>
        <p>{t("help.costs")}</p>
        {status.data?.last_time && <p>{t("totals.as_of", { time: words.moment(status.data.last_time) })}</p>}
      </section>
    </div>
  );
}
