// pages/journeys/VariantsTab.tsx - the ways taken, the most frequent first, each drawn small; of one set of journeys or of two.
import { useState, type ReactNode } from "react";
import { useVariants } from "../../api/questions";
import type { Variant, Variants } from "../../api/types";
import { changed } from "../../app/router";
import { useWords } from "../../app/settings";
import { Help } from "../../parts/Help";
import { Link } from "../../parts/Link";
import { saveCsv } from "../../parts/save";
import { Empty, Shown } from "../../parts/States";
import { Trace } from "../../pictures/Trace";
import { useQuestion } from "../question";
import { Differences, type Compared } from "./Differences";
import { countedBy } from "./listed";
import { Outcomes } from "./Outcomes";
import type { Share } from "./shares";
import { useSides, type Sides } from "./sides";

const TOP = 40;
const TOP_MAX = 10_000;

function OneList() {
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
                  <Link to={changed(url, countedBy(url, { way: one.steps }), "/journeys/customers")}>
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

const BESIDE = 25;
const ASKED = 2000; // of each side: what is frequent in one is looked for in the other

/** Ways in the order of the larger of their two shares.  A way that one side does not tell among so many is rarer there than the
 *  rarest told: none, if all are told. */
function rowsOf(both: readonly [Variants, Variants], nameOf: (step: string) => string, shown: (steps: readonly string[]) => ReactNode): Compared[] {
  const keyOf = (one: Variant) => one.steps.join("\u0000");
  const told = both.map((side) => new Map(side.variants.map((one) => [keyOf(one), one])));
  const most = (key: string) => Math.max(...told.map((side) => side.get(key)?.share ?? 0));
  const keys = [...new Set(told.flatMap((side) => [...side.keys()]))].sort((a, b) => most(b) - most(a)).slice(0, BESIDE);
  return keys.map((key) => {
    const steps = key.split("\u0000");
    const share = (i: 0 | 1): Share | undefined => {
      const one = told[i]?.get(key);
      if (!one && both[i].rest.variants > 0) return undefined;
      return { part: one?.count ?? 0, whole: both[i].journeys, people: both[i].customers };
    };
    return { key, name: steps.map(nameOf).join(" → "), shown: shown(steps), shares: [share(0), share(1)] };
  });
}

function TwoLists({ sides }: { sides: Sides }) {
  const { t } = useWords();
  const { nameOf, channelOf } = useQuestion();
  const first = useVariants({ ...sides[0].parameters, top: ASKED });
  const second = useVariants({ ...sides[1].parameters, top: ASKED });
  return (
    <Shown answer={first}>
      {(before) => (
        <Shown answer={second}>
          {(after) => {
            const rows = rowsOf([before, after], nameOf, (steps) => <Trace steps={steps} nameOf={nameOf} channelOf={channelOf} />);
            return rows.length === 0 ? (
              <Empty title={t("map.none")}>{t("map.none_more")}</Empty>
            ) : (
              <>
                <Differences caption={t("variants.differences", { n: rows.length })} what={t("column.way")} name="ariane-variants" sides={sides} rows={rows} />
                <p className="account">{t("compare.each_alone")}</p>
              </>
            );
          }}
        </Shown>
      )}
    </Shown>
  );
}

export function VariantsTab() {
  const sides = useSides();
  return sides ? <TwoLists sides={sides} /> : <OneList />;
}
