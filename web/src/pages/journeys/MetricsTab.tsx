// pages/journeys/MetricsTab.tsx - figures of customer relations, each with its rule, its interval, and its way over time.
import { companyZone } from "../../words/zone";
import type { Parameters } from "../../api/client";
import { useAnswer } from "../../api/questions";
import { FIGURES, type Interval, type Metric, type MetricFigure, type Metrics } from "../../api/types";
import { changed, useAddress, useParameter } from "../../app/router";
import { useMay } from "../../app/session";
import { useWords } from "../../app/settings";
import { Help } from "../../parts/Help";
import { Link } from "../../parts/Link";
import { Picture } from "../../parts/Picture";
import { saveCsv } from "../../parts/save";
import { Empty, Shown } from "../../parts/States";
import { Table } from "../../parts/Table";
import { Line, type Point } from "../../pictures/Line";
import { channelName } from "../../words/activities";
import { begun, type Words } from "../../words";
import { useQuestion } from "../question";
import { CountingChoice, useCounting } from "./Counting";
import { MetricList } from "./MetricList";
import { gapOf, isSure } from "./shares";
import { useSides, type Sides } from "./sides";

const MONEY = new Set(["cost_per_journey", "value_per_journey"]);

function show(metric: Metric, value: number | undefined, words: Words): string {
  if (value === undefined) return "–";
  if (metric.kind === "share") return words.percent(value, 1);
  if (metric.kind === "time") return words.span(value);
  return MONEY.has(metric.metric) ? words.money(value, 2) : words.number(value, 2);
}

const valueOf = (metric: Metric, one: MetricFigure | undefined) => (metric.kind === "time" ? (one?.median_s ?? one?.figure) : one?.figure);

function Card({ metric, figure, isChosen, onChoose }: { metric: Metric; figure: MetricFigure | undefined; isChosen: boolean; onChoose: () => void }) {
  const words = useWords();
  const { t, language } = words;
  const url = useAddress();
  const may = useMay();
  return (
    <li className="metric" data-chosen={isChosen}>
      <p className="figure-name">
        {begun(metric.title[language])} <Help about={metric.title[language]}>{metric.rule[language]}</Help>
      </p>
      <p className="figure-value">
        <button type="button" className="row-button" aria-pressed={isChosen} onClick={onChoose}>
          {show(metric, valueOf(metric, figure), words)}
          <span className="unseen"> {metric.title[language]}</span>
        </button>
      </p>
      {figure && (
        <p className="figure-note">
          {metric.kind === "share"
            ? t("metric.of", { n: figure.numerator, all: figure.denominator })
            : metric.kind === "time"
              ? t("metric.slow", { time: words.span(figure.p90_s), n: figure.denominator })
              : t("metric.over", { n: figure.denominator })}
          {figure.low !== undefined && figure.high !== undefined && (
            <><br />{t("interval", { low: words.percent(figure.low, 1), high: words.percent(figure.high, 1) })}</>
          )}
          {may("lists") && (
            <><br /><Link to={changed(url, { metric: metric.metric, behind: metric.kind === "share" ? "counted" : "all" })}>{t("metric.see")}<span className="unseen"> {metric.title[language]}</span></Link></>
          )}
          {figure.pending > 0 && <><br />{t("metric.pending", { n: figure.pending })}</>}
        </p>
      )}
    </li>
  );
}

function OverTime({ metric, parameters }: { metric: Metric; parameters: Parameters }) {
  const words = useWords();
  const { t, language } = words;
  const [every, setEvery] = useParameter("every", "month");
  const answer = useAnswer("journey/metrics", { ...parameters, metric: metric.metric, every }, ["figures"]);
  const name = (time: string) =>
    new Intl.DateTimeFormat(language, every === "month" ? { month: "short", year: "2-digit", timeZone: companyZone() } : { day: "numeric", month: "short", timeZone: companyZone() }).format(Date.parse(time));
  return (
    <Picture title={begun(metric.title[language])} name={`ariane-${metric.metric}`} help={<Help about={metric.title[language]}>{metric.rule[language]}</Help>}
      tools={
        <div className="choice" role="group" aria-label={t("metric.every")}>
          {(["month", "week", "day"] as const).map((one) => (
            <button key={one} type="button" aria-pressed={every === one} onClick={() => setEvery(one)}>{t(`metric.${one}`)}</button>
          ))}
        </div>
      }>
      <Shown answer={answer} rows={4}>
        {(data) => {
          const points: Point[] = data.figures.flatMap((one) => {
            const value = valueOf(metric, one);
            if (one.period === undefined || value === undefined) return [];
            return [{
              time: one.period, value, detail: metric.kind === "share" ? t("metric.of", { n: one.numerator, all: one.denominator }) : t("metric.over", { n: one.denominator }),
              ...(one.low === undefined || one.high === undefined ? {} : { low: one.low, high: one.high }),
            }];
          });
          return points.length === 0 ? <Empty title={t("state.empty")} /> : <Line points={points} label={metric.title[language]} format={(value) => show(metric, value, words)} nameOf={name} />;
        }}
      </Shown>
    </Picture>
  );
}

function Broken({ metric, parameters }: { metric: Metric; parameters: Parameters }) {
  const words = useWords();
  const { t, language } = words;
  const [by, setBy] = useParameter("by", "channel");
  const answer = useAnswer("journey/metrics", { ...parameters, metric: metric.metric, by }, ["figures"]);
  return (
    <section>
      <div className="choice" role="group" aria-label={t("metric.by")}>
        {(["channel", "reason"] as const).map((one) => (
          <button key={one} type="button" aria-pressed={by === one} onClick={() => setBy(one)}>{t(`metric.by_${one}`)}</button>
        ))}
      </div>
      <Shown answer={answer} rows={4}>
        {(data) => (
          <Table<MetricFigure>
            caption={`${begun(metric.title[language])}, ${t(by === "reason" ? "metric.by_reason" : "metric.by_channel").toLocaleLowerCase(language)}`}
            name={`ariane-${metric.metric}-${by}`}
            rows={data.figures.filter((one) => one.value !== undefined)}
            rowKey={(one) => String(one.value)}
            columns={[
              { key: "value", name: t(by === "reason" ? "metric.by_reason" : "metric.by_channel"), value: (one) => one.value ?? "–",
                show: (one) => (one.value === null || one.value === undefined ? t("metric.none") : by === "channel" ? channelName(one.value, language) : one.value) },
              { key: "figure", name: metric.title[language], isNumber: true, value: (one) => valueOf(metric, one), show: (one) => show(metric, valueOf(metric, one), words) },
              { key: "low", name: t("driver.low"), isNumber: true, value: (one) => one.low, show: (one) => (one.low === undefined ? "–" : words.percent(one.low, 1)) },
              { key: "high", name: t("driver.high"), isNumber: true, value: (one) => one.high, show: (one) => (one.high === undefined ? "–" : words.percent(one.high, 1)) },
              { key: "n", name: t("friction.trials"), isNumber: true, value: (one) => one.denominator, show: (one) => words.number(one.denominator) },
            ]}
          />
        )}
      </Shown>
    </section>
  );
}

const figureIn = (data: Metrics, metric: Metric) => data.figures.find((one) => one.metric === metric.metric && one.period === undefined && one.value === undefined);

/** Each figure on both sides.  The interval of a difference comes of those of the two shares (Newcombe); of times and amounts only
 *  the figures are told. */
function TwoSides({ sides, counting }: { sides: Sides; counting: Parameters }) {
  const words = useWords();
  const { t, language } = words;
  const first = useAnswer("journey/metrics", { ...sides[0].parameters, ...counting }, FIGURES);
  const second = useAnswer("journey/metrics", { ...sides[1].parameters, ...counting }, FIGURES);
  const interval = (one: MetricFigure | undefined): Interval => ({ value: one?.figure ?? null, low: one?.low ?? null, high: one?.high ?? null });
  return (
    <Shown answer={first}>
      {(before) => (
        <Shown answer={second}>
          {(after) => {
            const rows = after.metrics.flatMap((metric) => {
              const figures = [figureIn(before, metric), figureIn(after, metric)] as const;
              if (figures.every((one) => (one?.denominator ?? 0) === 0)) return [];
              return [{ metric, figures, gap: metric.kind === "share" ? gapOf(interval(figures[0]), interval(figures[1])) : interval(undefined) }];
            });
            const side = (i: 0 | 1) => ({
              key: `side${i}`, name: sides[i].name, isNumber: true, value: ({ metric, figures }: (typeof rows)[number]) => valueOf(metric, figures[i]),
              show: ({ metric, figures }: (typeof rows)[number]) => <>{show(metric, valueOf(metric, figures[i]), words)} <small>{t("metric.over", { n: figures[i]?.denominator ?? 0 })}</small></>,
            });
            return (
              <Table<(typeof rows)[number]>
                caption={t("metric.differences")}
                name="ariane-metrics-sides"
                rows={rows}
                rowKey={(one) => one.metric.metric}
                columns={[
                  { key: "metric", name: t("tab.metrics"), value: (one) => begun(one.metric.title[language]),
                    show: (one) => <>{begun(one.metric.title[language])} <Help about={one.metric.title[language]}>{one.metric.rule[language]}</Help></> },
                  side(0), side(1),
                  { key: "gap", name: t("compare.difference"), isNumber: true, value: (one) => one.gap.value ?? undefined,
                    show: ({ gap }) => (gap.value === null ? "–" : isSure(gap) ? <b>{words.points(gap.value)}</b> : words.points(gap.value)) },
                  { key: "interval", name: t("compare.interval"), value: ({ gap }) => (gap.low === null ? "" : `${words.points(gap.low)} … ${words.points(gap.high ?? 0)}`) },
                ]}
              />
            );
          }}
        </Shown>
      )}
    </Shown>
  );
}

export function MetricsTab() {
  const words = useWords();
  const { t, language } = words;
  const question = useQuestion();
  const counting = useCounting();
  const sides = useSides();
  const parameters = { ...question.parameters, ...counting.parameters };
  const may = useMay();
  const [chosen, setChosen] = useParameter("metric", "repeat_contacts");
  const [behind] = useParameter("behind", "");
  const answer = useAnswer(counting.parameters && "journey/metrics", parameters, FIGURES);
  return (
    <Shown answer={answer}>
      {(data) => {
        const figureOf = (metric: Metric) => figureIn(data, metric);
        const metric = data.metrics.find((one) => one.metric === chosen) ?? data.metrics[0];
        return (
          <>
            <div className="table-head">
              <h2>{t("metric.title", { n: data.contacts, visits: data.visits })}</h2>
              <button type="button" className="quiet" onClick={() =>
                saveCsv("ariane-metrics", [t("tab.metrics"), t("metric.figure"), t("driver.low"), t("driver.high"), t("friction.trials")],
                  data.metrics.map((one) => [one.title[language], figureOf(one)?.figure, figureOf(one)?.low, figureOf(one)?.high, figureOf(one)?.denominator]))}>
                CSV
              </button>
            </div>
            <CountingChoice counting={counting} data={data} />
            {sides && counting.parameters && <TwoSides sides={sides} counting={counting.parameters} />}
            <ul className="metrics">
              {data.metrics.filter((one) => (figureOf(one)?.denominator ?? 0) > 0).map((one) => (
                <Card key={one.metric} metric={one} figure={figureOf(one)} isChosen={one === metric} onChoose={() => setChosen(one.metric)} />
              ))}
            </ul>
            {metric && behind !== "" && may("lists") && <MetricList metric={metric} parameters={parameters} isCounted={behind === "counted"} />}
            {metric && <OverTime metric={metric} parameters={parameters} />}
            {metric && <Broken metric={metric} parameters={parameters} />}
          </>
        );
      }}
    </Shown>
  );
}
