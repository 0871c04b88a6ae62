// pages/data/Events.tsx - the events themselves, in the order in which they came, however many.
import { useState } from "react";
import { useLinePages } from "../../api/pages";
import type { EventRecord } from "../../api/types";
import { useWords } from "../../app/settings";
import { Help } from "../../parts/Help";
import { Link } from "../../parts/Link";
import { LongTable } from "../../parts/LongTable";
import { Search } from "../../parts/Search";
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
  const { rows, answer } = useLinePages("events", asked, ({ cursor }) => (cursor === null ? undefined : { cursor }));
  return (
    <section>
      <h2>{t("data.events")} <Help about={t("data.events")}>{t("help.events")}</Help></h2>
      <Search fields={FIELDS} name={(field) => t(`filter.${field}`)} example={{ activity: "call.*", where: "total>=100" }} onAsk={setAsked} />
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
