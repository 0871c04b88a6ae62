// pages/journeys/FrictionsTab.tsx - where customers get stuck and what it costs, the dearest first, each with what
// its customers have in common; or the causes of one passage that was chosen on the map.
import { useState } from "react";
import { useAnswer } from "../../api/questions";
import type { Friction, FrictionPlace, Interval } from "../../api/types";
import { changed, useAddress, useParameter, type Changes } from "../../app/router";
import { useMay } from "../../app/session";
import { useWords } from "../../app/settings";
import { Help } from "../../parts/Help";
import { Link } from "../../parts/Link";
import { saveCsv } from "../../parts/save";
import { Empty, Shown } from "../../parts/States";
import { Whisker } from "../../parts/Whisker";
import type { Words } from "../../words";
import { usePeriod } from "../period";
import { useQuestion } from "../question";
import { DriverTable, sayTraits } from "./DriverTable";
import { CausesList } from "./CausesList";
import { Causes, Dossier } from "./Dossier";
import { FrictionRoutes } from "./FrictionRoutes";
import { addressOf, AFTERMATH, isGoodEnd, placeIn, placeName, sufferersOf } from "./friction";
import { useCauses } from "./causes";
import { between } from "./Sentence";
import { Sufferers } from "./Sufferers";

const FIRST = 15; // so many places are looked at; whoever wants more asks

const NOT_ASKED: Changes = { "at-from": undefined, "at-to": undefined, "at-step": undefined, friction: undefined, place: undefined, cause: undefined };

function money(interval: Interval, words: Words): string {
  return interval.value === null ? "–" : words.money(interval.value);
}

function Card({ one, rank, most, period }: { one: Friction; rank: number; most: number; period: string }) {
  const words = useWords();
  const { t } = words;
  const { url, nameOf } = useQuestion();
  const [isOpen, setOpen] = useState(false);
  const may = useMay();
  const place = placeName(one.friction, nameOf, words);
  const first = one.drivers.find((driver) => !driver.explained);
  return (
    <li className="friction">
      <p className="friction-rank" aria-hidden="true">{rank}</p>
      <div>
        <p className="friction-word">{t(`friction_word.${one.word}`)}</p>
        <h3>{place}</h3>
        <p className="friction-told">
          {t("friction.told", {
            n: one.suffered, trials: one.trials,
            share: words.percent(one.share.value ?? 0, 1),
            people: one.customers_suffered,
          })}
          {first && (
            <>
              {" "}
              {t("friction.mostly", {
                trait: sayTraits(first.traits, words, nameOf), with: words.percent(first.share_with.value ?? 0, 0), without: words.percent(first.share_without.value ?? 0, 0),
              })}
            </>
          )}
        </p>
        <div className="friction-go">
          <button type="button" className="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>{t("behind.why")}</button>
          <Link className="button" to={changed(url, addressOf(one.friction))}>{t("dossier.open")}</Link>
          {may("lists") && (
            <Link className="button" to={sufferersOf(url, one.friction)}>{t("behind.see", { n: one.customers_suffered })}</Link>
          )}
        </div>
        <FrictionRoutes routes={one.variants ?? []} most={most} />
        {isOpen && (one.drivers.length > 0 ? <DriverTable drivers={one.drivers} /> : <Causes place={one.friction} />)}
      </div>
      <div className="friction-cost">
        <b>{money(one.excess_cost, words)}</b>
        <Whisker interval={one.excess_cost} most={most} label={`${money(one.excess_cost, words)} ${between(one.excess_cost, words)}`} />
        <small>{between(one.excess_cost, words)}</small>
        <small>{period}</small>
      </div>
    </li>
  );
}

function Ranked() {
  const words = useWords();
  const { t } = words;
  const { view, parameters, nameOf } = useQuestion();
  const period = usePeriod(parameters);
  const [top, setTop] = useParameter("places", String(FIRST));
  const answer = useAnswer("journey/frictions", { ...parameters, ignore: AFTERMATH, support: 5, top }, ["frictions", "places"]);
  return (
    <Shown answer={answer}>
      {(data) => {
        const frictions = data.frictions.filter((one) => !isGoodEnd(one.friction, view));
        const left = data.frictions.length - frictions.length;
        const more = data.places - data.frictions.length;
        const most = Math.max(...frictions.map((one) => one.excess_cost.high ?? 0), 1);
        return (
          <>
            <div className="table-head">
              <h2>
                {t(view.watched ? "friction.unasked" : "friction.title", { n: frictions.length })} <Help about={t("tab.frictions")}>{t("help.frictions")}</Help>
              </h2>
              <button type="button" className="quiet" onClick={() =>
                saveCsv("ariane-frictions", [t("tab.frictions"), t("friction.suffered"), t("friction.trials"), t("column.customers"), t("costs.cost"), t("driver.low"), t("driver.high"), "q"],
                  frictions.map((one) => [placeName(one.friction, nameOf, words), one.suffered, one.trials, one.customers_suffered, one.excess_cost.value ?? "", one.excess_cost.low ?? "", one.excess_cost.high ?? "", one.q ?? ""]))}>
                CSV
              </button>
            </div>
            <p className="account">{t("friction.account", { period })}</p>
            {frictions.length === 0 ? (
              <Empty title={t("friction.none")}>{t("friction.none_more", { n: data.screened })}</Empty>
            ) : (
              <ol className="frictions">
                {frictions.map((one, i) => (
                  <Card key={JSON.stringify(one.friction)} one={one} rank={i + 1} most={most} period={period} />
                ))}
              </ol>
            )}
            {more > 0 && <button type="button" className="button" onClick={() => setTop(String(data.places))}>{t("friction.more", { n: more })}</button>}
            <p className="account">
              {t("friction.screened", { n: data.screened })} {left > 0 && t("friction.good_ends", { n: left })}
            </p>
          </>
        );
      }}
    </Shown>
  );
}

/** The watched places first, then what was found without being asked for: a search that would take the machine from them. */
function Unasked() {
  const { view, parameters } = useQuestion();
  const { isPending } = useCauses(view, parameters);
  return (
    <>
      <CausesList />
      {!isPending && <section className="unasked"><Ranked /></section>}
    </>
  );
}

/** The place that was chosen elsewhere: on the map, or in the address. */
function asked(url: URL): FrictionPlace | null {
  const from = url.searchParams.get("at-from");
  const to = url.searchParams.get("at-to");
  const step = url.searchParams.get("at-step");
  if (from !== null && to !== null) return { kind: "next", at: [from], to: [to] };
  if (step !== null) return { kind: "leave", at: [step] };
  return placeIn(url.searchParams.get("place"));
}

export function FrictionsTab() {
  const words = useWords();
  const { t } = words;
  const url = useAddress();
  const { nameOf } = useQuestion();
  const whose = placeIn(url.searchParams.get("friction"));
  const place = whose ?? asked(url);
  const cause = url.searchParams.get("cause");
  if (place === null) return <Unasked />;
  return (
    <section>
      <div className="table-head">
        <h2>
          {whose ? placeName(place, nameOf, words) : t("friction.causes", { place: placeName(place, nameOf, words) })} <Help about={t("driver.title")}>{t("help.drivers")}</Help>
        </h2>
        <Link to={changed(url, NOT_ASKED)} className="quiet">{t("friction.all")}</Link>
      </div>
      {whose ? <Sufferers place={whose} cause={cause} /> : <Dossier place={place} cause={cause} />}
    </section>
  );
}
