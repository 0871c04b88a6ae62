// pages/costs/Journeys.tsx - what a journey of each analysis costs, and what the dearest frictions cost in excess.
import { useQueries } from "@tanstack/react-query";
import { askWith, type Parameters } from "../../api/client";
import { useAnswer } from "../../api/questions";
import type { Friction } from "../../api/types";
import { useWords } from "../../app/settings";
import { Help } from "../../parts/Help";
import { Link } from "../../parts/Link";
import { Shown } from "../../parts/States";
import { Table } from "../../parts/Table";
import { definitionOf, stepName, views, viewOf, type View } from "../../views/views";
import { usePeriod } from "../period";
import { addressOf, AFTERMATH, isGoodEnd, placeName } from "../journeys/friction";
import { useCosts } from "./costs";

interface Row {
  view: View;
  journeys: number;
  each: number;
}

const priced = views.filter((view) => view.steps.some((step) => step.cost !== undefined) && view.key !== "company");
const company = viewOf("company");

export function Journeys() {
  const words = useWords();
  const { t, language } = words;
  const costs = useCosts();
  const period = usePeriod();
  const answers = useQueries({
    queries: priced.map((view) => {
      const parameters: Parameters = { definition: definitionOf(view, costs), metric: "cost_per_journey" };
      return { queryKey: ["journey/metrics", parameters], queryFn: ({ signal }: { signal: AbortSignal }) => askWith("journey/metrics", parameters, signal, ["figures"]) };
    }),
  });
  const frictions = useAnswer("journey/frictions", { definition: definitionOf(company, costs), ignore: AFTERMATH, support: 5 }, ["frictions", "places"]);
  const rows: Row[] = priced.flatMap((view, i) => {
    const figure = answers[i]?.data?.figures[0];
    return figure?.figure === undefined ? [] : [{ view, journeys: figure.denominator, each: figure.figure }];
  });
  const nameOf = (step: string) => stepName(company, step, language);
  const address = (one: Friction) => {
    const query = new URLSearchParams({ view: company.key });
    for (const [key, value] of Object.entries(addressOf(one.friction))) if (value !== undefined) query.set(key, value);
    return `/journeys/frictions?${query}`;
  };
  return (
    <section className="costs-journeys">
      <h2>{t("costs.journeys")} <Help about={t("costs.journeys")}>{t("help.costs_journeys")}</Help></h2>
      <Table<Row>
        caption={`${t("costs.by_journey")}, ${period}`}
        name="ariane-journeys"
        rows={rows}
        rowKey={(row) => row.view.key}
        columns={[
          { key: "name", name: t("gallery.name"), value: (row) => row.view[language].name, show: (row) => <Link to={`/journeys/map?view=${row.view.key}`}>{row.view[language].name}</Link> },
          { key: "n", name: t("behind.journeys"), isNumber: true, value: (row) => row.journeys, show: (row) => words.number(row.journeys) },
          { key: "each", name: t("costs.one_journey"), isNumber: true, value: (row) => row.each, show: (row) => words.money(row.each, 2) },
          { key: "all", name: t("costs.cost"), isNumber: true, value: (row) => row.each * row.journeys, show: (row) => words.money(row.each * row.journeys) },
        ]}
      />
      <Shown answer={frictions} rows={4}>
        {(data) => (
          <Table<Friction>
            caption={`${t("costs.by_friction")}, ${period}`}
            name="ariane-costs-frictions"
            rows={data.frictions.filter((one) => !isGoodEnd(one.friction, company))}
            rowKey={(one) => JSON.stringify(one.friction)}
            columns={[
              { key: "place", name: t("place.frictions"), value: (one) => placeName(one.friction, nameOf, words), show: (one) => <Link to={address(one)}>{placeName(one.friction, nameOf, words)}</Link> },
              { key: "people", name: t("column.customers"), isNumber: true, value: (one) => one.customers_suffered, show: (one) => words.number(one.customers_suffered) },
              { key: "cost", name: t("driver.cost"), isNumber: true, value: (one) => one.excess_cost.value ?? undefined, show: (one) => <b>{words.money(one.excess_cost.value ?? 0)}</b> },
              { key: "low", name: t("driver.low"), isNumber: true, value: (one) => one.excess_cost.low ?? undefined, show: (one) => (one.excess_cost.low === null ? "–" : words.money(one.excess_cost.low)) },
              { key: "high", name: t("driver.high"), isNumber: true, value: (one) => one.excess_cost.high ?? undefined, show: (one) => (one.excess_cost.high === null ? "–" : words.money(one.excess_cost.high)) },
            ]}
          />
        )}
      </Shown>
    </section>
  );
}
