// pages/Home.tsx - today against usual; every figure opens what is behind it.
import { companyZone } from "../words/zone";
import { useEffect } from "react";
import { useQueries } from "@tanstack/react-query";
import { askWith, type Parameters } from "../api/client";
import { useMap, useStatus } from "../api/questions";
import type { JourneyMap } from "../api/types";
import { useWords } from "../app/settings";
import { Figure } from "../parts/Figure";
import { Help } from "../parts/Help";
import { Link } from "../parts/Link";
import { Empty, Failed, Waiting } from "../parts/States";
import { saveCsv } from "../parts/save";
import { warmUp } from "../pictures/layout";
import { Spark } from "../pictures/Line";
import { definitionOf, stepName, viewOf } from "../views/views";
import { channelName } from "../words/activities";
import { begun, type Words } from "../words";
import { against, costOf, counted, countOf, days, HUMAN, listOf, river, type Against, type Span } from "./home";
import { Changed } from "./Changed";
import { usePeriod } from "./period";
import { useCauses, type Watched } from "./journeys/causes";
import { sayTraits } from "./journeys/DriverTable";
import { useSystem } from "./journeys/system";

const definition = definitionOf(river);

function tell(figure: Against, words: Words): string {
  const { t } = words;
  if (!figure.isUnusual) return t("home.same");
  if (figure.change === undefined) return t("home.more_than_none");
  return t(figure.change > 0 ? "home.more" : "home.less", { share: words.percent(Math.abs(figure.change), 0) });
}

function nps(all: number, promoters: number, detractors: number): number | undefined {
  return all > 0 ? Math.round((100 * (promoters - detractors)) / all) : undefined;
}

function useAnswers(last: string, from: number, to: number, where: string): number {
  const day = (n: number) => new Date(Date.parse(last) - n * 86_400_000 + 1).toISOString();
  const map = useMap({ activity: "survey.answered", where, since: day(from), until: day(to), "counts-only": true });
  return map.data?.events ?? 0;
}

function Recommendation({ last }: { last: string }) {
  const words = useWords();
  const { t } = words;
  const now = [useAnswers(last, 30, 0, "nps"), useAnswers(last, 30, 0, "nps>=9"), useAnswers(last, 30, 0, "nps<=6")] as const;
  const then = [useAnswers(last, 120, 30, "nps"), useAnswers(last, 120, 30, "nps>=9"), useAnswers(last, 120, 30, "nps<=6")] as const;
  const value = nps(...now);
  if (value === undefined) return null;
  const before = nps(...then);
  const signed = (n: number) => `${n > 0 ? "+" : n < 0 ? "−" : ""}${words.number(Math.abs(n))}`;
  const query = new URLSearchParams({ view: "all", activity: "survey.answered", since: new Date(Date.parse(last) - 30 * 86_400_000).toISOString() });
  return (
    <Figure
      name={t("home.nps")}
      value={signed(value)}
      to={`/journeys/customers?${query}`}
      note={t("home.nps_note", { n: now[0], then: before === undefined ? "–" : signed(before) })}
      help={<Help about={t("home.nps")}>{t("help.nps")}</Help>}
    />
  );
}

const company = viewOf("company");
const FRICTIONS = "/journeys/frictions?view=company";

function Cause({ one }: { one: Watched }) {
  const words = useWords();
  const { driver, watched, rank } = one;
  const nameOf = (step: string) => stepName(company, step, words.language);
  const system = useSystem(driver?.traits);
  if (!driver) return null;
  const { value, low, high } = driver.excess_cost;
  const dossier = new URLSearchParams({ place: JSON.stringify(watched.place), cause: String(rank) });
  return (
    <li>
      <b>{words.money(value ?? 0)}</b>
      <Link to={`${FRICTIONS}&${dossier}`}>{begun(system ?? sayTraits(driver.traits, words, nameOf))}</Link>
      <small>
        {watched[words.language]} · {words.t("totals.customers", { n: driver.customers })}
        {low !== null && high !== null && ` · ${words.t("interval", { low: words.money(low), high: words.money(high) })}`}
      </small>
    </li>
  );
}

function Dearest({ last }: { last: string }) {
  const { t } = useWords();
  const { causes, isPending, failed } = useCauses(company, { definition: definitionOf(company) });
  const named = causes.filter((one) => one.driver);
  const period = usePeriod();
  return (
    <>
      <section className="dearest" aria-busy={isPending}>
        <h2>{t("home.frictions", { period })} <Help about={t("home.frictions", { period })}>{t("help.home_frictions")}</Help></h2>
        {failed ? (
          <Failed answer={failed} />
        ) : isPending ? (
          <Waiting rows={6} />
        ) : (
          <>
            <ol>
              {named.map((one) => (
                <Cause key={one.watched.en} one={one} />
              ))}
            </ol>
            {named.length === 0 && <p className="none">{t("friction.none")}</p>}
            <Link to={FRICTIONS} className="button">{t("home.frictions_more")}</Link>
          </>
        )}
      </section>
      {!isPending && <Changed last={last} />}
    </>
  );
}

function Today({ last }: { last: string }) {
  const words = useWords();
  const { t } = words;
  const spans = days(last);
  const maps = useQueries({
    queries: spans.map((span) => {
      const parameters: Parameters = { definition, ...span, "counts-only": true };
      return { queryKey: ["journey/map", parameters], queryFn: ({ signal }: { signal: AbortSignal }) => askWith("journey/map", parameters, signal) };
    }),
  });
  if (maps.some((one) => one.isPending)) return <Waiting />;
  const data = maps.map((one) => one.data);
  const today = spans[0] as Span;
  const over = (value: (map: JourneyMap | undefined) => number) => against(data.map(value));
  const human = counted.filter((one) => HUMAN.has(one.key)).flatMap((one) => [...one.steps]);
  const calls = (map: JourneyMap | undefined) => countOf(map, ["solved", "unsolved", "lost"]);
  const share = (part: string) => (map: JourneyMap | undefined) => (calls(map) > 0 ? countOf(map, [part]) / calls(map) : 0);
  const figures = {
    contacts: over((map) => countOf(map, human)),
    cost: over(costOf),
    solved: over(share("solved")),
    lost: over(share("lost")),
  };
  const usual = (figure: Against, format: (n: number) => string) => (
    <>
      {t("home.usual", { low: format(figure.low), high: format(figure.high) })}
      <br />
      <b>{tell(figure, words)}</b>
    </>
  );
  const percent = (n: number) => words.percent(n, 0);
  const rows = counted.map((one) => ({ ...one, figure: over((map) => countOf(map, one.steps)) })).filter((row) => row.figure.now + row.figure.high > 0);
  const name = (key: string) => (key === "bot" ? stepName(river, "bot", words.language) : channelName(key, words.language));
  return (
    <>
      <div className="figures">
        <Figure name={t("home.contacts")} value={words.number(figures.contacts.now)} to={listOf(human, today)} note={usual(figures.contacts, words.number)} />
        <Figure name={t("home.cost")} value={words.money(figures.cost.now)} to={`/costs?${new URLSearchParams({ since: today.since, until: today.until })}`} note={usual(figures.cost, words.money)} />
        {calls(data[0]) > 0 && <Figure name={t("home.solved")} value={percent(figures.solved.now)} to={listOf(["solved"], today)} note={usual(figures.solved, percent)}
          {...(figures.solved.isUnusual && (figures.solved.change ?? 0) < 0 ? { tone: "bad" as const } : {})} />}
        {calls(data[0]) > 0 && <Figure name={t("home.lost")} value={percent(figures.lost.now)} to={listOf(["lost"], today)} note={usual(figures.lost, percent)}
          {...(figures.lost.isUnusual && (figures.lost.change ?? 0) > 0 ? { tone: "bad" as const } : {})} />}
        <Recommendation last={last} />
      </div>
      <section>
        <div className="table-head">
          <h2>{t("home.channels")} <Help about={t("home.today")}>{t("help.home")}</Help></h2>
          <button type="button" className="quiet" onClick={() =>
            saveCsv("ariane-today", [t("column.channel"), t("home.today"), t("driver.low"), t("driver.high")],
              rows.map((row) => [name(row.key), row.figure.now, row.figure.low, row.figure.high]))}>CSV</button>
        </div>
        <div className="table-scroll" tabIndex={0} role="region" aria-label={t("home.channels")}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t("column.channel")}</th>
                <th scope="col" data-number>{t("home.today")}</th>
                <th scope="col" data-number>{t("home.usual_name")}</th>
                <th scope="col">{t("home.weeks")}</th>
                <th scope="col">{t("home.against")}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.key}>
                  <th scope="row"><Link to={listOf(row.steps, today)}>{name(row.key)}</Link></th>
                  <td data-number><b>{words.number(row.figure.now)}</b></td>
                  <td data-number>{words.number(row.figure.low)} – {words.number(row.figure.high)}</td>
                  <td><Spark values={[...row.figure.before].reverse().concat(row.figure.now)} /></td>
                  <td data-unusual={row.figure.isUnusual}>{tell(row.figure, words)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>
    </>
  );
}

export default function Home() {
  useEffect(warmUp, []);
  const words = useWords();
  const { t } = words;
  const status = useStatus();
  if (status.isError) return <Failed answer={status} />;
  if (!status.data) return <Waiting />;
  const last = status.data.last_time;
  if (last === null)
    return (
      <div className="page">
        <Empty title={t("home.empty")}>
          <p>{t("home.empty_more")}</p>
          <p><Link to="/data" className="button">{t("place.data")}</Link></p>
        </Empty>
      </div>
    );
  const weekday = new Intl.DateTimeFormat(words.language, { weekday: "long", timeZone: companyZone() }).format(Date.parse(last));
  return (
    <div className="page home">
      <header className="page-head">
        <div>
          <h1>{words.day(last)}</h1>
          <p className="lead">{t("home.lead", { time: words.clock(last), n: 8, day: `${weekday}s` })}</p>
        </div>
      </header>
      <Today last={last} />
      <Dearest last={last} />
    </div>
  );
}
