// pages/journeys/MetricList.tsx - who is behind an indicator: each contact or journey that it counts, the customer and when.
import { useCallback, useState } from "react";
import { askWith, type Parameters } from "../../api/client";
import { useAnswer } from "../../api/questions";
import type { Metric } from "../../api/types";
import { useWords } from "../../app/settings";
import { Link } from "../../parts/Link";
import { CSV_ROWS_MAX, LongTable, type Rows } from "../../parts/LongTable";
import { Shown } from "../../parts/States";
import { begun } from "../../words";
import { channelName } from "../../words/activities";
import { threadAround } from "./threadAround";
import type { Schema } from "../../api/paths";

const FIRST = 200;

type Listed = NonNullable<Schema<"journey-metrics">["list"]>[number];


/** `isCounted`: of a share, only those of its numerator; else all that it is reckoned from. */
export function MetricList({ metric, parameters, isCounted }: { metric: Metric; parameters: Parameters; isCounted: boolean }) {
  const words = useWords();
  const { t, language } = words;
  const asked = { ...parameters, list: metric.metric, counted: isCounted };
  const [isAll, setAll] = useState(false);
  const answer = useAnswer("journey/metrics", { ...asked, limit: isAll ? CSV_ROWS_MAX : FIRST }, ["list", "total"]);
  const see = useCallback((_: number, end: number) => end > FIRST / 2 && setAll(true), []);
  return (
    <Shown answer={answer} rows={6}>
      {(data) => {
        const rows: Rows<Listed> = {
          count: Math.min(data.total, CSV_ROWS_MAX), see, rowAt: (i) => data.list[i],
          all: async () => (await askWith("journey/metrics", { ...asked, limit: CSV_ROWS_MAX }, undefined, ["list"])).list,
        };
        return (
          <LongTable<Listed>
            caption={t("metric.behind", { name: begun(metric.title[language]), n: data.total, people: data.customers })}
            name={`ariane-${metric.metric}-customers`}
            rows={rows}
            columns={[
              { key: "customer", name: t("column.customer"), width: "45%", value: (one) => one.customer,
                show: (one) => <Link to={threadAround(one.customer, one.time)} className="cell-customer">{one.customer}</Link> },
              { key: "time", name: t("column.time"), width: "35%", value: (one) => one.time, show: (one) => words.moment(one.time) },
              { key: "channel", name: t("column.channel"), width: "20%", value: (one) => one.channel, show: (one) => (one.channel === undefined ? "–" : channelName(one.channel, language)) },
            ]}
          />
        );
      }}
    </Shown>
  );
}
