// pages/customer/Thread.tsx - le fil: all that happened to a customer over all channels, made for reading.
import { useMemo, useState } from "react";
import { useThread, type Answer } from "../../api/questions";
import type { Customer as Profile, EventRecord } from "../../api/types";
import { changed, go, useAddress } from "../../app/router";
import { useMay } from "../../app/session";
import { useWords } from "../../app/settings";
import { saveCsv } from "../../parts/save";
import { Empty, Shown } from "../../parts/States";
import { activityName, channelName } from "../../words/activities";
import { daysOf, newestFirst, flat, gist, instant, type Group } from "./thread";

const SHOWN_MAX = 5000;
const DAYS_FIRST = 30;

function Details({ event }: { event: EventRecord }) {
  const { t } = useWords();
  const rows: [string, string][] = [
    [t("event.activity"), event.activity],
    [t("event.source"), event.source],
    ...(event.actor ? ([[t("event.actor"), event.actor]] as [string, string][]) : []),
    ...(event.case ? ([[t("event.case"), event.case]] as [string, string][]) : []),
    ...(event.interaction ? ([[t("event.interaction"), event.interaction]] as [string, string][]) : []),
    ...(event.identifiers ?? []).map(({ type, value }): [string, string] => [type, value]),
    ...flat(event.attributes),
  ];
  return (
    <dl className="event-details">
      {rows.map(([name, value], i) => (
        <div key={`${name}${i}`}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Event({ event }: { event: EventRecord }) {
  const words = useWords();
  return (
    <details className="event">
      <summary>
        <time dateTime={event.time}>{words.clock(instant(event.time))}</time>
        <span className="event-name">{activityName(event.activity, words.language)}</span>
        <span className="event-gist">{gist(event)}</span>
      </summary>
      <Details event={event} />
    </details>
  );
}

function GroupOf({ group }: { group: Group }) {
  const words = useWords();
  const { t } = words;
  const first = group.events[0];
  const last = group.events.at(-1);
  const [isOpen, setOpen] = useState(group.events.length <= 4);
  if (!first || !last) return null;
  const said = group.events.filter((event) => event.text);
  const names = [...new Set(group.events.map((event) => activityName(event.activity, words.language)))];
  const span = (instant(last.time) - instant(first.time)) / 1000;
  return (
    <li className="group" data-channel={group.channel}>
      <div className="group-head">
        <span className="channel">{channelName(group.channel, words.language)}</span>
        <time dateTime={first.time}>{words.clock(instant(first.time))}</time>
        {group.events.length > 1 && <span>{t("thread.steps", { n: group.events.length })}{span >= 60 ? ` · ${words.span(span)}` : ""}</span>}
        {group.events.length > 4 && (
          <button type="button" className="quiet" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {isOpen ? t("thread.fold") : t("thread.unfold")}
          </button>
        )}
      </div>
      {isOpen ? (
        group.events.map((event) => <Event key={event.source + event.message_id} event={event} />)
      ) : (
        <p className="group-names">{names.slice(0, 6).join(" · ")}{names.length > 6 ? " …" : ""}</p>
      )}
      {said.map((event) => (
        <blockquote key={`text${event.message_id}`}>{event.text}</blockquote>
      ))}
    </li>
  );
}

type Counts = readonly (readonly [string, number])[];

function countsOf(events: readonly EventRecord[]): Counts {
  const counts = new Map<string, number>();
  for (const { channel } of events) counts.set(channel, (counts.get(channel) ?? 0) + 1);
  return [...counts];
}

function Channels({ counts, hidden, onToggle }: { counts: Counts; hidden: readonly string[]; onToggle: (channel: string) => void }) {
  const { t, language, number } = useWords();
  return (
    <div className="channels" role="group" aria-label={t("thread.channels")}>
      {[...counts].sort((a, b) => b[1] - a[1]).map(([channel, count]) => (
        <button key={channel} type="button" data-channel={channel} aria-pressed={!hidden.includes(channel)} onClick={() => onToggle(channel)}>
          {channelName(channel, language)} <small>{number(count)}</small>
        </button>
      ))}
    </div>
  );
}

const isOldestFirst = (url: URL) => url.searchParams.get("thread") === "oldest";

/** The events with all that is told of them, those asked for by the address. */
export function useWhole(identifier: string): Answer<EventRecord[]> {
  const url = useAddress();
  const since = url.searchParams.get("since") ?? undefined;
  const until = url.searchParams.get("until") ?? undefined;
  // A journey's last event counts: ranges are half-open.
  const end = until?.includes("T") ? new Date(Date.parse(until) + 1000).toISOString() : until;
  return useThread(identifier, { since, until: end, [isOldestFirst(url) ? "limit" : "last"]: SHOWN_MAX });
}

/** `profile`: came with the last events in brief; they stand until the whole thread is there. */
export function Thread({ identifier, profile }: { identifier: string; profile: Profile }) {
  const words = useWords();
  const { t } = words;
  const url = useAddress();
  const may = useMay();
  const hidden = url.searchParams.getAll("hide");
  const since = url.searchParams.get("since") ?? undefined;
  const until = url.searchParams.get("until") ?? undefined;
  const answer = useWhole(identifier);
  const [days, setDays] = useState(DAYS_FIRST);
  const isOldest = isOldestFirst(url);
  const isPart = since !== undefined || until !== undefined;
  const brief = useMemo(() => (isPart || isOldest || !profile.last ? undefined : profile.last.map((one, i) => ({ ...one, message_id: `brief ${i}` }))), [profile.last, isPart, isOldest]);
  const events = answer.data ?? brief;
  const told = useMemo(() => {
    const all = daysOf((events ?? []).filter((event) => !hidden.includes(event.channel)));
    return isOldest ? all : newestFirst(all);
  }, [events, url.search, isOldest]);
  const toggle = (channel: string) =>
    go(changed(url, { hide: hidden.includes(channel) ? hidden.filter((one) => one !== channel) : [...hidden, channel] }), "replace");
  return (
    <section className="thread" aria-label={t("thread.title")}>
      <div className="table-head">
        <h2>{t("thread.title")}</h2>
        <button type="button" className="quiet" aria-pressed={!isOldest} onClick={() => go(changed(url, { thread: isOldest ? undefined : "oldest" }), "replace")}>
          {t("thread.newest_first")}
        </button>
        {may("export") && <button type="button" className="quiet" disabled={!answer.data} onClick={() =>
          saveCsv("ariane-thread", [t("column.time"), t("column.channel"), t("event.activity"), t("event.source"), t("event.text")],
            (answer.data ?? []).map((event) => [event.time, event.channel, event.activity, event.source, event.text]))}>
          CSV
        </button>}
      </div>
      {since && (
        <p className="account">
          {t("thread.part", { since: words.moment(instant(since)), until: until ? words.moment(instant(until)) : "…" })}{" "}
          <button type="button" className="button" onClick={() => go(changed(url, { since: undefined, until: undefined }))}>{t("thread.whole")}</button>
        </p>
      )}
      <Shown answer={{ ...answer, data: events }} rows={8}>
        {(data) => (
          <div aria-busy={!answer.data}>
            <Channels counts={isPart ? countsOf(data) : profile.channels.map((one) => [one.channel, one.events])} hidden={hidden} onToggle={toggle} />
            {data.length >= SHOWN_MAX && <p className="account">{t("thread.too_much", { n: SHOWN_MAX })}</p>}
            {told.length === 0 && <Empty title={t("thread.none")} />}
            <ol className="days">
              {told.slice(0, days).map((day, i) => (
                <li key={day.day}>
                  {isOldest && day.silence > 0 && i > 0 && <p className="silence">{t("thread.silence", { n: day.silence })}</p>}
                  <h3>{words.day(`${day.day}T12:00:00Z`)}</h3>
                  <ol className="groups">
                    {day.groups.map((group) => (
                      <GroupOf key={group.key} group={group} />
                    ))}
                  </ol>
                  {!isOldest && day.silence > 0 && i + 1 < told.length && <p className="silence">{t("thread.silence", { n: day.silence })}</p>}
                </li>
              ))}
            </ol>
            {told.length > days && (
              <button type="button" className="button" onClick={() => setDays(days + 90)}>
                {t(isOldest ? "thread.later" : "thread.older", { n: told.length - days })}
              </button>
            )}
          </div>
        )}
      </Shown>
    </section>
  );
}
