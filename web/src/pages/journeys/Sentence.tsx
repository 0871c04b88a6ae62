// pages/journeys/Sentence.tsx - the one sentence of an analysis: what costs most in it, who it happens to, how surely.
import { useAnswer } from "../../api/questions";
import type { Interval } from "../../api/types";
import { changed } from "../../app/router";
import { useWords } from "../../app/settings";
import { Help } from "../../parts/Help";
import { Link } from "../../parts/Link";
import type { Words } from "../../words";
import { definitionOf, stepName, viewOf } from "../../views/views";
import { useQuestion } from "../question";
import { addressOf, AFTERMATH, placeName, type Friction, type Frictions } from "./friction";
import { sayTraits } from "./DriverTable";

/** The river is told by all that goes wrong on it; other analyses by their own. */
const company = viewOf("company");

const shared = (one: Friction) => one.drivers.find((driver) => !driver.explained);
const sure = (one: Friction) => shared(one)?.excess_cost.low ?? Number.NEGATIVE_INFINITY;

/** Where what the sufferers share costs most for sure; without anything shared, the dearest. */
function told(frictions: readonly Friction[]): Friction | undefined {
  const best = [...frictions].sort((a, b) => sure(b) - sure(a))[0];
  return best && shared(best) ? best : frictions[0];
}

export function between({ low, high }: Interval, words: Words): string {
  if (low === null || high === null) return "";
  return words.t("interval", { low: words.money(low), high: words.money(high) });
}

export function Sentence() {
  const words = useWords();
  const { t } = words;
  const { url, view, parameters, nameOf } = useQuestion();
  const isRiver = view.key === "contacts";
  const own = isRiver ? { definition: definitionOf(company) } : {};
  const answer = useAnswer<Frictions>("journey/frictions", { ...parameters, ...own, ignore: AFTERMATH, support: 5, top: 10 });
  const one = answer.data && told(answer.data.frictions);
  if (answer.isPending) return <p className="sentence river-sentence" aria-hidden="true">&nbsp;</p>; // its place, so that nothing jumps
  if (!one || one.excess_cost.value === null) return null;
  const driver = shared(one);
  const name = isRiver ? (step: string) => stepName(company, step, words.language) : nameOf;
  const about = t("sentence.about");
  return (
    <p className="sentence river-sentence" data-stale={answer.isPlaceholderData}>
      {driver && <>{sayTraits(driver.traits, words, name)} : </>}
      <Link to={changed(url, { ...addressOf(one.friction), ...(isRiver ? { view: company.key } : {}), edge: undefined, step: undefined }, "/journeys/frictions")}>
        {t("sentence.people", { n: driver ? driver.with_suffered : one.customers_suffered })}
      </Link>
      {", "}
      <b data-tone="bad">+ {words.money((driver?.excess_cost ?? one.excess_cost).value ?? 0)}</b>{" "}
      <small>{between(driver?.excess_cost ?? one.excess_cost, words)}</small>{" "}
      <span className="sentence-place">{placeName(one.friction, name, words)}.</span> <Help about={about}>{t("help.sentence")}</Help>
    </p>
  );
}
