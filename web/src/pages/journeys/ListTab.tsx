// pages/journeys/ListTab.tsx - the customers behind a number, the latest first, each leading to the thread.
import { useList } from "../../api/questions";
import type { ListedJourney } from "../../api/types";
import { useParameter } from "../../app/router";
import { useWords } from "../../app/settings";
import { Link } from "../../parts/Link";
import { Empty, Shown } from "../../parts/States";
import { Table } from "../../parts/Table";
import { Trace } from "../../pictures/Trace";
import { useQuestion } from "../question";
import { Outcomes } from "./Outcomes";

const FIRST = "200";
const MANY = "2000";

export function ListTab() {
  const words = useWords();
  const { t } = words;
  const { parameters, nameOf, channelOf } = useQuestion();
  const [limit, setLimit] = useParameter("limit", FIRST);
  const answer = useList({ ...parameters, limit });
  const threadOf = (one: ListedJourney) =>
    `/customers/${encodeURIComponent(one.customer)}?${new URLSearchParams({ since: one.first, until: one.last })}`;
  return (
    <Shown answer={answer}>
      {(data) => (
        <>
          <Outcomes totals={data} />
          {data.list.length === 0 ? (
            <Empty title={t("list.none")}>{t("list.none_more")}</Empty>
          ) : (
            <Table<ListedJourney>
              caption={t("list.title")}
              name="ariane-customers"
              rows={data.list}
              total={data.journeys}
              rowKey={(one) => `${one.customer}${one.first}${one.steps.length}`}
              columns={[
                { key: "customer", name: t("column.customer"), value: (one) => one.customer, show: (one) => <Link to={threadOf(one)} className="cell-customer">{one.customer}</Link> },
                { key: "first", name: t("column.begins"), value: (one) => one.first, show: (one) => <span className="cell-moment">{words.moment(one.first)}</span> },
                {
                  key: "span", name: t("column.takes"), isNumber: true,
                  value: (one) => (Date.parse(one.last) - Date.parse(one.first)) / 1000,
                  show: (one) => words.span((Date.parse(one.last) - Date.parse(one.first)) / 1000),
                },
                {
                  key: "outcome", name: t("outcome.name"), value: (one) => t(`outcome.${one.outcome}`),
                  show: (one) => <span className="outcome cell-moment" data-outcome={one.outcome}>{t(`outcome.${one.outcome}`)}</span>,
                },
                {
                  key: "steps", name: t("column.way"), value: (one) => one.steps.map(nameOf).join(" → "),
                  show: (one) => <Trace steps={one.steps} nameOf={nameOf} channelOf={channelOf} />,
                },
              ]}
            />
          )}
          {data.journeys > data.list.length && limit === FIRST && (
            <p className="table-more">
              <button type="button" className="button" onClick={() => setLimit(MANY)}>
                {t("list.more", { n: Math.min(Number(MANY), data.journeys) })}
              </button>
            </p>
          )}
        </>
      )}
    </Shown>
  );
}
