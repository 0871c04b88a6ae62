// pages/journeys/VariantsTab.tsx - the ways taken, the most frequent first, each drawn small.
import { useState } from "react";
import { useVariants } from "../../api/questions";
import type { Variant } from "../../api/types";
import { changed } from "../../app/router";
import { useWords } from "../../app/settings";
import { Help } from "../../parts/Help";
import { Link } from "../../parts/Link";
import { saveCsv } from "../../parts/save";
import { Empty, Shown } from "../../parts/States";
import { Trace } from "../../pictures/Trace";
import { useQuestion } from "../question";
import { Outcomes } from "./Outcomes";

const TOP = 40;
const TOP_MAX = 10_000;

export function VariantsTab() {
  const words = useWords();
  const { t } = words;
  const { url, parameters, nameOf, channelOf, view } = useQuestion();
  const [top, setTop] = useState(TOP);
  const answer = useVariants({ ...parameters, top });
  const hasEnds = view.rules.goal !== undefined || view.rules.failure !== undefined;
  const good = (one: Variant) => (one.count > 0 ? one.outcomes.success / one.count : 0);
  return (
    <Shown answer={answer}>
      {(data) => (
        <>
          <Outcomes totals={data} />
          <div className="table-head">
            <h2>
              {t("variants.title", { n: data.distinct })} <Help about={t("tab.variants")}>{t("help.variants")}</Help>
            </h2>
            <button type="button" className="quiet"
              onClick={() => saveCsv("ariane-variants", [t("column.way"), t("column.count"), t("column.share"), t("column.customers"), `${t("column.median")} (s)`],
                data.variants.map((one) => [one.steps.map(nameOf).join(" → "), one.count, one.share, one.customers, one.median_s]))}>
              CSV
            </button>
          </div>
          {data.variants.length === 0 && <Empty title={t("map.none")}>{t("map.none_more")}</Empty>}
          <ol className="variants">
            {data.variants.map((one) => (
              <li key={one.steps.join("\u0000")}>
                <div className="variant-volume">
                  <b>{words.percent(one.share, 1)}</b>
                  <span className="bar"><i style={{ width: `${(one.share / (data.variants[0]?.share || 1)) * 100}%` }} /></span>
                </div>
                <Trace steps={one.steps} nameOf={nameOf} channelOf={channelOf} />
                <div className="variant-more">
                  <Link to={changed(url, { way: one.steps, passed: undefined }, "/journeys/customers")}>
                    {t("totals.customers", { n: one.customers })}
                  </Link>
                  <span>{one.steps.length > 1 ? t("variants.takes", { time: words.span(one.median_s) }) : ""}</span>
                  {hasEnds && <span>{t("variants.good", { share: words.percent(good(one), 0) })}</span>}
                </div>
              </li>
            ))}
          </ol>
          {data.rest.variants > 0 && (
            <p className="table-more">
              {t("variants.rest", { n: data.rest.variants, count: data.rest.count })}
              {top < TOP_MAX && <button type="button" className="button" onClick={() => setTop(Math.min(top * 5, TOP_MAX))}>{t("table.more")}</button>}
            </p>
          )}
        </>
      )}
    </Shown>
  );
}
