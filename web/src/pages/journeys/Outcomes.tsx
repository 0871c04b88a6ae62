// pages/journeys/Outcomes.tsx - how many journeys of how many customers, and how they came out.
import type { Outcome, Outcomes as Counts } from "../../api/types";
import { changed } from "../../app/router";
import { useWords } from "../../app/settings";
import { Help } from "../../parts/Help";
import { Link } from "../../parts/Link";
import { useQuestion } from "../question";

const outcomes: readonly Outcome[] = ["success", "failure", "ended", "open"];

export function Outcomes({ totals }: { totals: { journeys: number; customers: number; outcomes?: Counts; as_of: string } }) {
  const words = useWords();
  const { t } = words;
  const { url, view } = useQuestion();
  const hasEnds = view.rules.goal !== undefined || view.rules.failure !== undefined;
  return (
    <div className="totals">
      <p>
        <b>{words.number(totals.journeys)}</b> {t("totals.journeys", { n: totals.journeys })} {t("totals.of")}{" "}
        <Link to={changed(url, {}, "/journeys/customers")}>
          {t("totals.customers", { n: totals.customers })}
        </Link>
        <Help about={t("outcome.name")}>{t("help.outcomes")}</Help>
      </p>
      {hasEnds && totals.outcomes && totals.journeys > 0 && (
        <div className="outcome-bar">
          {outcomes.map((one) => {
            const count = totals.outcomes?.[one] ?? 0;
            if (count === 0) return null;
            return (
              <Link key={one} to={changed(url, { outcome: one }, "/journeys/customers")} data-outcome={one} style={{ flexGrow: count }}>
                <span>{t(`outcome.${one}`)}</span> <b>{words.percent(count / totals.journeys)}</b>
              </Link>
            );
          })}
        </div>
      )}
      <p className="as-of">{t("totals.as_of", { time: words.moment(totals.as_of) })}</p>
    </div>
  );
}
