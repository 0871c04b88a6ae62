// pages/journeys/DossierPeople.tsx - who suffered: a few of them, one thread, and what they say about it in their own words.
import { useQueries } from "@tanstack/react-query";
import { askLines } from "../../api/client";
import { useAnswer } from "../../api/questions";
import type { CommonTrait, EventRecord, FrictionPlace, Sufferer } from "../../api/types";
import { useAddress } from "../../app/router";
import { useMay } from "../../app/session";
import { useWords } from "../../app/settings";
import { Link } from "../../parts/Link";
import { stepName, type View } from "../../views/views";
import { activityName, channelName } from "../../words/activities";
import { gist, instant } from "../customer/thread";
import { useQuestion } from "../question";
import { AFTERMATH, SUPPORT, askFor, sufferersOf } from "./friction";
import { threadAround } from "./threadAround";

const SUFFERERS = 20; // whose threads are looked through for words
const NAMED = 5;
const VERBATIMS = 3;
const EVENTS = 9;
const BEFORE_MS = 12 * 3_600_000;
const AFTER_MS = 7 * 86_400_000;
const TALK_MS = 3_600_000; // what was asked of the bot just before it failed is about it too

function useThreads(sufferers: readonly Sufferer[]) {
  return useQueries({
    queries: sufferers.map(({ customer, time }) => {
      const span = { since: new Date(instant(time) - BEFORE_MS).toISOString(), until: new Date(instant(time) + AFTER_MS).toISOString(), limit: 200 };
      return {
        queryKey: ["thread", customer, span],
        queryFn: ({ signal }: { signal: AbortSignal }) => askLines(`customers/${encodeURIComponent(customer)}/thread`, span, signal),
      };
    }),
  });
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
      <Link to={threadAround(customer, time)}>{t("dossier.whole_thread")}</Link>
    </section>
  );
}

/** Words that say nothing of what it was about: channels, and how it came out. */
const VAGUE = /^(appel|call|conta|clien|custo|autre|other|human|reuss|solve|resol|donne|given|faile|echou|manqu|confi|close|hande|passe|quitt|assis|conse|agent|courr|email|formu|messa|repon|ecrit|writt|answe|tchat|resea|socia|netwo|bouti|techn|ligne|onlin|seul|trans|raccr|serve|settl|regle)/;
const stems = (text: string) =>
  (text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().match(/[a-z]{5,}/g) ?? []).filter((word) => !VAGUE.test(word)).map((word) => word.slice(0, 5));

/** On these a person of the company writes; what customers say stands elsewhere. */
const NOTES = new Set(["phone", "ivr", "backoffice", "field", "store"]);

/** What it is about: the cause's value ("Facture, paiement"), and the names of the steps in both languages: "chaîne". */
export function subjectOf(place: FrictionPlace, view: View, traits: readonly CommonTrait[]): Set<string> {
  const steps = place.to && place.to.length > 4 ? place.at : [...place.at, ...(place.to ?? [])];
  const named = steps.flatMap((step) => stems(`${stepName(view, step, "fr")} ${stepName(view, step, "en")}`));
  const valued = traits.flatMap((one) => (one.kind === "text" && typeof one.value === "string" ? stems(one.value) : []));
  return new Set([...valued, ...named]);
}

/** What was said of it by those who suffered, soonest after it; a text twice, as a form letter, once. */
function verbatims(threads: readonly (readonly EventRecord[])[], sufferers: readonly Sufferer[], subject: Set<string>): { all: number; said: EventRecord[] } {
  const own = threads.map((events, i) => events.filter((one) =>
    (one.text ?? "").trim().length > 12 && !NOTES.has(one.channel) && !/answered|bot|agent|sent/.test(one.activity) && instant(one.time) >= instant(sufferers[i]?.time ?? "") - TALK_MS));
  const said = own.flatMap((events) => events.filter((one) => subject.size === 0 || stems(one.text ?? "").some((stem) => subject.has(stem))).slice(0, 1));
  return { all: own.flat().length, said: said.filter((one, i) => said.findIndex((other) => other.text === one.text) === i).slice(0, VERBATIMS) };
}

export function DossierPeople({ place, cause, traits, people }: { place: FrictionPlace; cause: number | undefined; traits: readonly CommonTrait[]; people: number }) {
  const words = useWords();
  const { t } = words;
  const url = useAddress();
  const may = useMay();
  const { view, parameters } = useQuestion();
  const asked = cause === undefined ? { list: 0 } : { ignore: AFTERMATH, support: SUPPORT, list: cause };
  const list = useAnswer("journey/drivers", { ...parameters, ...askFor(place), ...asked, names: may("customers"), top: SUFFERERS });
  const sufferers = list.data?.list ?? [];
  const threads = useThreads(may("text") ? sufferers : sufferers.slice(0, 1)); // nobody is looked up for words that stay closed
  const first = sufferers[0];
  const { all, said } = verbatims(threads.map((one) => one.data ?? []), sufferers, subjectOf(place, view, traits));
  const isReading = list.isPending || threads.some((one) => one.isPending);
  const named = sufferers.filter((one, i) => sufferers.findIndex((other) => other.customer === one.customer) === i).slice(0, NAMED);
  return (
    <>
      <section>
        <h3>{t("dossier.people")}</h3>
        <ul className="dossier-people">
          {named.map((one) => (
            <li key={one.customer}>
              <Link to={threadAround(one.customer, one.time)} className="cell-customer">{one.name ?? one.customer}</Link>{one.name !== undefined && <small>{one.customer}</small>} <time>{words.date(one.time)}</time>
            </li>
          ))}
        </ul>
        <Link to={sufferersOf(url, place, cause)}>{t("behind.see", { n: people })}</Link>
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
        {said.length === 0 && !isReading && <p className="none">{t(!may("text") ? "dossier.words_closed" : all > 0 ? "dossier.off_subject" : "dossier.no_words")}</p>}
      </section>
    </>
  );
}
