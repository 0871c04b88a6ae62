// pages/journeys/ListTab.tsx - the customers behind a number, however many, each leading to the thread.
import { useJourneyPages } from "../../api/pages";
import type { ListedJourney } from "../../api/types";
import { useParameter } from "../../app/router";
import { useMay } from "../../app/session";
import { useWords } from "../../app/settings";
import { LongTable } from "../../parts/LongTable";
import { Empty, Shown } from "../../parts/States";
import { useQuestion } from "../question";
import { Outcomes } from "./Outcomes";
import { useJourneyColumns } from "./journeyColumns";

export function ListTab() {
  const { t } = useWords();
  const { parameters } = useQuestion();
  const may = useMay();
  const [order, setOrder] = useParameter("order", "latest");
  const { rows, first } = useJourneyPages({ ...parameters, order, names: may("customers") });
  const columns = useJourneyColumns(true);
  return (
    <Shown answer={first}>
      {(data) => (
        <>
          <Outcomes totals={data} />
          {data.journeys === 0 ? (
            <Empty title={t("list.none")}>{t("list.none_more")}</Empty>
          ) : (
            <LongTable<ListedJourney> caption={t("list.title")} name="ariane-customers" rows={rows} order={order} onOrder={setOrder} columns={columns} />
          )}
        </>
      )}
    </Shown>
  );
}
