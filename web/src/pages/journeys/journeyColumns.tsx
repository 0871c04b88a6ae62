// pages/journeys/journeyColumns.tsx - what a list of journeys tells of each: whose it is, when, how long, how it ended, its way.
import type { ListedJourney } from "../../api/types";
import { useWords } from "../../app/settings";
import { Link } from "../../parts/Link";
import type { LongColumn } from "../../parts/LongTable";
import { Trace } from "../../pictures/Trace";
import { useQuestion } from "../question";

const seconds = (one: ListedJourney) => (Date.parse(one.last) - Date.parse(one.first)) / 1000;
const threadOf = (one: ListedJourney) => `/customers/${encodeURIComponent(one.customer)}?${new URLSearchParams({ since: one.first, until: one.last })}`;

/** `hasNames`: the answer says what people are called. */
export function useJourneyColumns(hasNames: boolean): LongColumn<ListedJourney>[] {
  const words = useWords();
  const { t } = words;
  const { nameOf, channelOf } = useQuestion();
  const name: LongColumn<ListedJourney> = { key: "name", name: t("column.person"), width: "14%", value: (one) => one.name, show: (one) => one.name ?? "–" };
  return [
    ...(hasNames ? [name] : []),
    { key: "customer", name: t("column.customer"), width: hasNames ? "18%" : "24%", value: (one) => one.customer, show: (one) => <Link to={threadOf(one)} className="cell-customer">{one.customer}</Link> },
    { key: "first", name: t("column.begins"), width: "17%", orders: ["latest", "earliest"], value: (one) => one.first, show: (one) => words.moment(one.first) },
    { key: "span", name: t("column.takes"), unit: "s", width: "9%", isNumber: true, orders: ["longest", "shortest"], value: seconds, show: (one) => words.span(seconds(one)) },
    {
      key: "outcome", name: t("outcome.name"), width: "10%", value: (one) => t(`outcome.${one.outcome}`),
      show: (one) => <span className="outcome" data-outcome={one.outcome}>{t(`outcome.${one.outcome}`)}</span>,
    },
    {
      key: "steps", name: t("column.way"), width: hasNames ? "32%" : "40%", orders: ["most-steps", "fewest-steps"], value: (one) => (one.steps ?? []).map(nameOf).join(" → "),
      show: (one) => <Trace steps={one.steps ?? []} nameOf={nameOf} channelOf={channelOf} />,
    },
  ];
}
