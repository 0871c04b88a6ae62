// pages/journeys/Dossier.tsx - all about one place where journeys go wrong: what its customers share, who they are, one
// thread, three of them in their own words, who answers for it, and what one would ask next.
import { useQueries } from "@tanstack/react-query";
import { askLines } from "../../api/client";
import { useAnswer } from "../../api/questions";
import type { EventRecord, FrictionPlace, Interval } from "../../api/types";
import { changed, useAddress } from "../../app/router";
import { useMay } from "../../app/session";
import { useWords } from "../../app/settings";
import type { Words } from "../../words";
import { Figure } from "../../parts/Figure";
import { Help } from "../../parts/Help";
import { Link } from "../../parts/Link";
import { Shown } from "../../parts/States";
import { activityName, channelName } from "../../words/activities";
import { ownerName } from "../../words/owners";
import { gist, instant } from "../customer/thread";
import { useQuestion } from "../question";
import { DriverTable } from "./DriverTable";
import { addressOf, AFTERMATH, SUPPORT, askFor, sufferersOf, type Drivers, type Sufferer } from "./friction";

const SUFFERERS = 12; // whose threads are looked through for words
const NAMED = 5;
const VERBATIMS = 3;
const EVENTS = 9;
const BEFORE_MS = 12 * 3_600_000;
const AFTER_MS = 7 * 86_400_000;

function useThreads(sufferers: readonly Sufferer[]) {
  return useQueries({
    queries: sufferers.map(({ customer, time }) => {
      const span = { since: new Date(instant(time) - BEFORE_MS).toISOString(), until: new Date(instant(time) + AFTER_MS).toISOString(), limit: 200 };
      return {
        queryKey: ["thread", customer, span],
        queryFn: ({ signal }: { signal: AbortSignal }) => askLines<EventRecord>(`customers/${encodeURIComponent(customer)}/thread`, span, signal),
      };
    }),
  });
}

/** What one costs is told to the cent. */
function cents({ low, high }: Interval, words: Words): string {
  return low === null || high === null ? "" : words.t("interval", { low: words.money(low, 2), high: words.money(high, 2) });
}

export function Causes({ place }: { place: FrictionPlace }) {
  const { t } = useWords();
  const { parameters } = useQuestion();
  const answer = useAnswer<Drivers>("journey/drivers", { ...parameters, ...askFor(place), ignore: AFTERMATH, support: SUPPORT });
  return (
    <Shown answer={answer} rows={4}>
      {(data) => (
        <>
          <p className="account">{t("driver.tests", { n: data.tests })}</p>
          <DriverTable drivers={data.drivers ?? []} />
        </>
      )}
    </Shown>
  );
}

function OneThread({ customer, time, events }: { customer: string; time: string; events: readonly EventRecord[] }) {
  const words = useWords();
  const { t, language } = words;
  const at = events.findIndex((one) => instant(one.time) >= instant(time));
  const shown = events.slice(Math.max(0, at - 2), Math.max(0, at - 2) + EVENTS);
  return (
    <section>
      <h3>{t("dossier.thread")}</h3>
      <ol className="dossier-thread">
        {shown.map((one) => (
          <li key={`${one.source}${one.message_id}`} data-here={one === events[at]}>
            <time>{words.moment(instant(one.time))}</time> <span className="channel">{channelName(one.channel, language)}</span>{" "}
            <b>{activityName(one.activity, language)}</b> <span className="event-gist">{gist(one)}</span>
          </li>
        ))}
      </ol>
      <Link to={`/customers/${encodeURIComponent(customer)}?${new URLSearchParams({ since: new Date(instant(time) - AFTER_MS).toISOString(), until: new Date(instant(time) + AFTER_MS).toISOString() })}`}>
        {t("dossier.whole_thread")}
      </Link>
    </section>
  );
}

/** What was said by those who suffered, soonest after it; a text twice, as a form letter, once. */
function verbatims(threads: readonly (readonly EventRecord[])[]): EventRecord[] {
  const said = threads.flatMap((events) => events.filter((one) => (one.text ?? "").trim().length > 12 && !/answered|bot|agent/.test(one.activity)).slice(0, 1));
  return said.filter((one, i) => said.findIndex((other) => other.text === one.text) === i).slice(0, VERBATIMS);
}

function People({ place, data }: { place: FrictionPlace; data: Drivers }) {
  const words = useWords();
  const { t } = words;
  const url = useAddress();
  const may = useMay();
  const { parameters } = useQuestion();
  const list = useAnswer<Drivers>("journey/drivers", { ...parameters, ...askFor(place), list: 0, top: SUFFERERS });
  const sufferers = list.data?.list ?? [];
  const threads = useThreads(may("text") ? sufferers : sufferers.slice(0, 1)); // nobody is looked up for words that stay closed
  const first = sufferers[0];
  const said = verbatims(threads.map((one) => one.data ?? []));
  const isReading = list.isPending || threads.some((one) => one.isPending);
  return (
    <>
      <section>
        <h3>{t("dossier.people")}</h3>
        <ul className="dossier-people">
          {sufferers.slice(0, NAMED).map((one) => (
            <li key={`${one.customer}${one.time}`}>
              <Link to={`/customers/${encodeURIComponent(one.customer)}`} className="cell-customer">{one.customer}</Link> <time>{words.date(one.time)}</time>
            </li>
          ))}
        </ul>
        <Link to={sufferersOf(url, place)}>{t("behind.see", { n: data.customers_suffered })}</Link>
      </section>
      {first && threads[0]?.data && <OneThread customer={first.customer} time={first.time} events={threads[0].data} />}
      <section>
        <h3>{t("dossier.words")}</h3>
        {said.map((one) => (
          <blockquote key={`${one.source}${one.message_id}`}>
            {one.text}
            <footer>{channelName(one.channel, words.language)}, {words.date(instant(one.time))}</footer>
          </blockquote>
        ))}
        {said.length === 0 && !isReading && <p className="none">{t(may("text") ? "dossier.no_words" : "dossier.words_closed")}</p>}
      </section>
    </>
  );
}

/** What one asks next, each a link that asks it. */
function Questions({ place }: { place: FrictionPlace }) {
  const { t } = useWords();
  const url = useAddress();
  const { nameOf } = useQuestion();
  const none = addressOf({ kind: "leave", at: [] });
  const clear = { ...none, place: undefined, "at-step": undefined };
  const at = place.at[0] ?? "";
  const to = place.to?.[0];
  const links: [string, string][] = [
    [t("dossier.then", { step: nameOf(to ?? at) }), changed(url, { ...clear, after: to ?? at }, "/journeys/flow")],
    [t("dossier.from", { step: nameOf(at) }), changed(url, { ...clear, after: at, way_to: "backwards" }, "/journeys/flow")],
    [t("dossier.trend"), changed(url, clear, "/journeys/compare")],
    [t("dossier.move", { step: nameOf(to ?? at) }), changed(url, { ...clear, route: to ?? at }, "/costs")],
  ];
  return (
    <section>
      <h3>{t("dossier.next")}</h3>
      <ul className="dossier-next">
        {links.map(([name, address]) => (
          <li key={name}><Link to={address}>{name}</Link></li>
        ))}
      </ul>
    </section>
  );
}

export function Dossier({ place }: { place: FrictionPlace }) {
  const words = useWords();
  const { t, language } = words;
  const { parameters, channelOf } = useQuestion();
  const may = useMay();
  const answer = useAnswer<Drivers>("journey/drivers", { ...parameters, ...askFor(place), ignore: AFTERMATH, support: SUPPORT });
  const owner = ownerName(channelOf(place.to?.[0] ?? place.at[0] ?? ""), language);
  return (
    <Shown answer={answer} rows={8}>
      {(data) => (
        <>
          <div className="figures">
            <Figure name={t("column.customers")} value={words.number(data.customers_suffered)} note={t("dossier.times", { n: data.suffered, trials: data.trials })} />
            <Figure name={t("column.share")} value={words.percent(data.share.value ?? 0, 1)}
              note={data.share.low !== null && data.share.high !== null && t("interval", { low: words.percent(data.share.low, 1), high: words.percent(data.share.high, 1) })} />
            <Figure name={t("dossier.cost")} value={data.cost_each.value === null ? "–" : words.money(data.cost_each.value, 2)} note={cents(data.cost_each, words)}
              help={<Help about={t("dossier.cost")}>{t("help.frictions")}</Help>} />
            <Figure name={t("dossier.owner")} value={<span className="dossier-owner">{owner}</span>} help={<Help about={t("dossier.owner")}>{t("help.owner")}</Help>} />
          </div>
          <div className="dossier">
            <section className="dossier-causes">
              <h3>{t("driver.trait")} <Help about={t("driver.title")}>{t("help.drivers")}</Help></h3>
              <DriverTable drivers={data.drivers ?? []} />
              <p className="account">{t("driver.tests", { n: data.tests })}</p>
            </section>
            {may("lists") && <People place={place} data={data} />}
            <Questions place={place} />
          </div>
        </>
      )}
    </Shown>
  );
}
