// pages/data/Events.tsx - the events themselves, in the order in which they came, however many.
import { useState, type FormEvent } from "react";
import { useLinePages } from "../../api/pages";
import type { EventRecord } from "../../api/types";
import { useWords } from "../../app/settings";
import { Help } from "../../parts/Help";
import { Link } from "../../parts/Link";
import { LongTable } from "../../parts/LongTable";
import { Empty, Shown } from "../../parts/States";
import { activityName, channelName } from "../../words/activities";
import { gist, instant } from "../customer/thread";

const FIELDS = ["channel", "activity", "where", "since", "until"] as const;

/** By what one finds him again: an identifier that is his, and no session's. */
function whose(one: EventRecord): string | undefined {
  const first = one.identifiers?.[0];
  return first && `${first.type}:${first.value}`;
}

export function Events() {
  const words = useWords();
  const { t, language } = words;
  const [asked, setAsked] = useState<Record<string, string>>({});
  const { rows, answer } = useLinePages<EventRecord>("events", asked, ({ cursor }) => (cursor === null ? undefined : { cursor }));
  const search = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setAsked(Object.fromEntries(FIELDS.map((name) => [name, String(form.get(name) ?? "").trim()]).filter(([, value]) => value !== "")) as Record<string, string>);
  };
  return (
    <section>
      <h2>{t("data.events")} <Help about={t("data.events")}>{t("help.events")}</Help></h2>
      <form className="comparing" onSubmit={search}>
        {FIELDS.map((name) => (
          <label key={name}><span>{t(`filter.${name}`)}</span><input name={name} type={name === "since" || name === "until" ? "date" : "text"} placeholder={name === "activity" ? "call.*" : name === "where" ? "total>=100" : undefined} /></label>
        ))}
        <button type="submit" className="button">{t("customers.search")}</button>
      </form>
      <Shown answer={answer}>
        {() => rows.count === 0 ? <Empty title={t("events.none")}>{t("events.none_more")}</Empty> : (
          <LongTable<EventRecord>
            caption={t("events.rows")}
            name="ariane-events"
            rows={rows}
            columns={[
              { key: "time", name: t("column.time"), width: "17%", value: (one) => words.moment(instant(one.time)) },
              { key: "channel", name: t("column.channel"), width: "11%", value: (one) => one.channel, show: (one) => channelName(one.channel, language) },
              { key: "activity", name: t("event.activity"), width: "20%", value: (one) => one.activity, show: (one) => activityName(one.activity, language) },
              { key: "customer", name: t("column.customer"), width: "22%", value: whose,
                show: (one) => { const id = whose(one); return id ? <Link to={`/customers/${encodeURIComponent(id)}`} className="cell-customer">{id}</Link> : "–"; } },
              { key: "source", name: t("event.source"), width: "10%", value: (one) => one.source },
              { key: "gist", name: t("events.says"), width: "20%", value: (one) => gist(one) },
            ]}
          />
        )}
      </Shown>
    </section>
  );
}
