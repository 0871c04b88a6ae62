// pages/journeys/ListTab.tsx - the customers behind a number, however many, each leading to the thread.
import { useJourneyPages } from "../../api/pages";
import type { ListedJourney } from "../../api/types";
import { useParameter } from "../../app/router";
import { useMay } from "../../app/session";
import { useWords } from "../../app/settings";
import { Link } from "../../parts/Link";
import { LongTable } from "../../parts/LongTable";
import { Empty, Shown } from "../../parts/States";
import { Trace } from "../../pictures/Trace";
import { useQuestion } from "../question";
import { Outcomes } from "./Outcomes";

export function ListTab() {
  const words = useWords();
  const { t } = words;
  const { parameters, nameOf, channelOf } = useQuestion();
  const may = useMay();
  const [order, setOrder] = useParameter("order", "latest");
  const { rows, first } = useJourneyPages({ ...parameters, order, names: may("customers") });
  const seconds = (one: ListedJourney) => (Date.parse(one.last) - Date.parse(one.first)) / 1000;
  const threadOf = (one: ListedJourney) =>
    `/customers/${encodeURIComponent(one.customer)}?${new URLSearchParams({ since: one.first, until: one.last })}`;
  return (
    <Shown answer={first}>
      {(data) => (
        <>
          <Outcomes totals={data} />
          {data.journeys === 0 ? (
            <Empty title={t("list.none")}>{t("list.none_more")}</Empty>
          ) : (
            <LongTable<ListedJourney>
              caption={t("list.title")}
              name="ariane-customers"
              rows={rows}
              order={order}
              onOrder={setOrder}
              columns={[
                { key: "name", name: t("column.person"), width: "14%", value: (one) => one.name, show: (one) => one.name ?? "–" },
                { key: "customer", name: t("column.customer"), width: "18%", value: (one) => one.customer, show: (one) => <Link to={threadOf(one)} className="cell-customer">{one.customer}</Link> },
                { key: "first", name: t("column.begins"), width: "17%", orders: ["latest", "earliest"], value: (one) => one.first, show: (one) => words.moment(one.first) },
                { key: "span", name: t("column.takes"), unit: "s", width: "9%", isNumber: true, orders: ["longest", "shortest"], value: seconds, show: (one) => words.span(seconds(one)) },
                {
                  key: "outcome", name: t("outcome.name"), width: "10%", value: (one) => t(`outcome.${one.outcome}`),
                  show: (one) => <span className="outcome" data-outcome={one.outcome}>{t(`outcome.${one.outcome}`)}</span>,
                },
                {
                  key: "steps", name: t("column.way"), width: "32%", orders: ["most-steps", "fewest-steps"], value: (one) => (one.steps ?? []).map(nameOf).join(" → "),
                  show: (one) => <Trace steps={one.steps ?? []} nameOf={nameOf} channelOf={channelOf} />,
                },
              ]}
            />
          )}
        </>
      )}
    </Shown>
  );
}
