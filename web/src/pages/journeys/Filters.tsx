// pages/journeys/Filters.tsx - of whom and when; every filter is a word that can be taken away again.
import { useState, type FormEvent, type ReactNode } from "react";
import { useStatus } from "../../api/questions";
import { changed, go } from "../../app/router";
import { Suggested } from "../../parts/Suggested";
import { channelName } from "../../words/activities";
import { eventName, conditionName } from "../../words/traits";
import { useWords } from "../../app/settings";
import { isoDay, type Key, type Words } from "../../words";
import { MANY, ONCE, useQuestion } from "../question";

const DAY_MS = 86_400_000;
const presets: readonly { key: Key; days: number | null }[] = [
  { key: "period.all", days: null },
  { key: "period.year_quarter", days: 91 },
  { key: "period.month", days: 30 },
  { key: "period.week", days: 7 },
];

function Period() {
  const words = useWords();
  const { t } = words;
  const { url } = useQuestion();
  const status = useStatus().data;
  const last = status?.last_time;
  const since = url.searchParams.get("since");
  const until = url.searchParams.get("until");
  const dayOf = (time: string | null) => (time === null ? "" : /^\d{4}-\d\d-\d\d$/.test(time) || Number.isNaN(Date.parse(time)) ? time : isoDay(Date.parse(time)));
  const hasTimes = [since, until].some((one) => one !== null && dayOf(one) !== one);
  const told = (time: string | null) => (time === null || Number.isNaN(Date.parse(time)) ? "…" : words.moment(time));
  const toldDate = (date: string | null | undefined) => (date ? words.date(date) : "…");
  const printed = t("data.from_to", { since: toldDate(since ?? status?.first_time), until: toldDate(until ?? last) });
  const sinceOf = (days: number) => (last ? isoDay(Date.parse(last) - days * DAY_MS) : "");
  return (
    <fieldset className="period">
      <legend className="unseen">{t("period.name")}</legend>
      <p className="print-only">{printed}</p>
      <div className="choice">
        {presets.map(({ key, days }) => {
          const start = days === null ? undefined : sinceOf(days);
          const isOn = (since ?? undefined) === start && until === null;
          return (
            <button key={key} type="button" aria-pressed={isOn} onClick={() => go(changed(url, { since: start, until: undefined }))}>
              {t(key)}
            </button>
          );
        })}
        {hasTimes && <button type="button" aria-pressed="true">{told(since)} – {told(until)}</button>}
      </div>
      <label>
        <span>{t("period.since")}</span>
        <input type="date" value={dayOf(since)} onChange={(event) => go(changed(url, { since: event.target.value || undefined }))} />
      </label>
      <label>
        <span>{t("period.until")}</span>
        <input type="date" value={dayOf(until)} onChange={(event) => go(changed(url, { until: event.target.value || undefined }))} />
      </label>
    </fieldset>
  );
}

const ADDED: readonly { option: (typeof MANY)[number]; example: string }[] = [
  { option: "customer", example: "context.os.version=7.4" },
  { option: "not-customer", example: "context.os.version=7.4" },
  { option: "with", example: "phone:" },
  { option: "without", example: "app:" },
  { option: "where", example: "queue=facturation" },
  { option: "channel", example: "phone" },
];

const CHANNELS = ["web", "app", "phone", "ivr", "email", "chat", "sms", "social", "store", "field", "letter", "backoffice"];

function Adding() {
  const { t, language } = useWords();
  const { url } = useQuestion();
  const [option, setOption] = useState<(typeof MANY)[number]>("customer");
  const example = ADDED.find((one) => one.option === option)?.example;
  const add = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const value = String(new FormData(form).get("value") ?? "").trim();
    if (value === "") return;
    go(changed(url, { [option]: [...url.searchParams.getAll(option), value] }));
    form.reset();
  };
  return (
    <details className="adding">
      <summary className="quiet">{t("filter.add")}</summary>
      <form onSubmit={add}>
        <label>
          <span>{t("filter.kind")}</span>
          <select value={option} onChange={(event) => setOption(event.target.value as (typeof MANY)[number])}>
            {ADDED.map((one) => (
              <option key={one.option} value={one.option}>
                {t(`filter.${one.option}` as Key)}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span>{t("filter.value")}</span>
          {option === "customer" || option === "not-customer" || option === "where"
            ? <Suggested key={option} name="value" placeholder={example} />
            : <><input name="value" placeholder={example} list="filter-channels" /><datalist id="filter-channels">{CHANNELS.map((one) => <option key={one} value={option === "channel" ? one : `${one}:`} label={channelName(one, language)} />)}</datalist></>}
          <small>{t(`filter.help_${option}` as Key)}</small>
        </label>
        <button type="submit" className="button">
          {t("filter.apply")}
        </button>
      </form>
    </details>
  );
}

/** "3=help": of a journey's steps, counted from 1, or from the last by -1; without a step, where there is none any more. */
function sayPlace(value: string, nameOf: (step: string) => string, t: Words["t"]): string {
  const [number = "", ...rest] = value.split("=");
  const step = rest.join("=");
  const place = number.startsWith("-") ? t("filter.place_back", { n: number.slice(1) }) : t("filter.place", { n: number });
  return `${place} : ${step === "" ? t("filter.no_step") : nameOf(step)}`;
}

/** The filters in force, but for the period, as words to take away. */
function InForce() {
  const { t, language } = useWords();
  const { url, nameOf } = useQuestion();
  const words = [...MANY, ...ONCE]
    .filter((option) => option !== "since" && option !== "until")
    .flatMap((option) => url.searchParams.getAll(option).map((value, at) => ({ option, value, at })));
  if (words.length === 0) return null;
  const told = (option: string, value: string) => {
    if (option === "outcome") return t(`outcome.${value}` as Key);
    if (option === "channel") return channelName(value, language);
    if (option === "at" || option === "not-at") return sayPlace(value, nameOf, t);
    if (option === "with" || option === "without") return eventName(value, language);
    if (option === "customer" || option === "not-customer" || option === "where") return conditionName(value, language);
    return nameOf(value);
  };
  const without = (option: string, value: string, at: number) => {
    // a passage has two ends, told apart from others by their order: it goes as a whole
    if (option.startsWith("part-edge-"))
      return changed(url, Object.fromEntries(["part-edge-from", "part-edge-to"].map((end) => [end, url.searchParams.getAll(end).filter((_, i) => i !== at)])));
    return changed(url, { [option]: url.searchParams.getAll(option).filter((one) => one !== value) });
  };
  return (
    <ul className="in-force" aria-label={t("filter.in_force")}>
      {words.map(({ option, value, at }, i) => (
        <li key={`${option}${value}${i}`}>
          <span>
            {t(`filter.${option}` as Key)} <b>{told(option, value)}</b>
          </span>
          <button type="button" onClick={() => go(without(option, value, at))} aria-label={t("filter.remove", { name: value })}>
            ×
          </button>
        </li>
      ))}
    </ul>
  );
}

/** `children`: what else is done with what is filtered. */
export function Filters({ children }: { children?: ReactNode }) {
  return (
    <section className="filters">
      <Period />
      <Adding />
      {children}
      <InForce />
    </section>
  );
}
