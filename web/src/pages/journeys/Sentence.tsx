// pages/journeys/Sentence.tsx - the one sentence of an analysis: what costs most in it, who it happens to, how surely.
import { useAnswer } from "../../api/questions";
import type { Driver, Friction, FrictionPlace, Interval } from "../../api/types";
import { changed } from "../../app/router";
import { useWords } from "../../app/settings";
import { Help } from "../../parts/Help";
import { Link } from "../../parts/Link";
import { begun, type Words } from "../../words";
import { definitionOf, stepName, viewOf } from "../../views/views";
import { usePeriod } from "../period";
import { useQuestion } from "../question";
import { useCauses } from "./causes";
import { addressOf, AFTERMATH, isGoodEnd, placeName } from "./friction";
import { sayTraits } from "./DriverTable";
import { useSystem } from "./system";

/** The river is told by all that goes wrong on it; other analyses by their own. */
const company = viewOf("company");

const shared = (one: Friction) => one.drivers.find((driver) => !driver.explained);
const sure = (one: Friction) => shared(one)?.excess_cost.low ?? Number.NEGATIVE_INFINITY;

/** Where what the sufferers share costs most for sure; without anything shared, the dearest. */
function toldOf(frictions: readonly Friction[]): Friction | undefined {
  const best = [...frictions].sort((a, b) => sure(b) - sure(a))[0];
  return best && shared(best) ? best : frictions[0];
}

export function between({ low, high }: Interval, words: Words): string {
  if (low === null || high === null) return "";
  return words.t("interval", { low: words.money(low), high: words.money(high) });
}

interface Told {
  place: FrictionPlace;
  where?: string;
  driver: Driver | undefined;
  cost: Interval;
  people: number;
  times: number;
  /** The cause's place among those of the watched place: its dossier is about them alone. */
  rank: number | undefined;
}

/** Words of a question that `drivers` takes for the friction itself, and those that name steps of its own definition. */
const FRICTION_WORDS = ["passed", "ends", "edge-from", "edge-to", "from-step", "to-step", "outcome", "part-passed", "part-edge-from", "part-edge-to"];
const STEP_WORDS = [...FRICTION_WORDS, "never", "way", "begins", "at", "not-at"];

/** What is told, null where nothing is sure or the question cannot be asked of causes, undefined while it is being asked. */
function useTold(): Told | null | undefined {
  const { language } = useWords();
  const { view, parameters } = useQuestion();
  const watching = view.key === "contacts" ? company : view;
  const asked = { ...parameters, definition: definitionOf(watching) };
  const isAskable = !(watching === view ? FRICTION_WORDS : STEP_WORDS).some((word) => parameters[word] !== undefined);
  const { causes, isPending } = useCauses(isAskable ? watching : { ...watching, watched: [] }, asked);
  const first = causes[0];
  // Where nothing stands out at the watched points, or none are watched: what a search finds.
  const isSearched = isAskable && !isPending && first?.driver === undefined;
  const answer = useAnswer(isSearched ? "journey/frictions" : undefined, { ...asked, ignore: AFTERMATH, support: 5, top: 10 }, ["frictions", "places"]);
  if (isPending) return undefined;
  if (first?.driver)
    return { place: first.watched.place, where: first.watched[language], driver: first.driver, cost: first.driver.excess_cost, people: first.driver.customers, times: first.driver.with_suffered, rank: first.rank };
  if (!isAskable) return null;
  if (answer.isPending) return undefined;
  const one = answer.data && toldOf(answer.data.frictions.filter((friction) => !isGoodEnd(friction.friction, watching)));
  if (!one) return null;
  const driver = shared(one);
  return {
    place: one.friction, driver, cost: driver?.excess_cost ?? one.excess_cost, people: driver?.customers ?? one.customers_suffered,
    times: driver?.with_suffered ?? one.suffered, rank: undefined,
  };
}

export function Sentence() {
  const words = useWords();
  const { t } = words;
  const { url, view, parameters, nameOf } = useQuestion();
  const told = useTold();
  const period = usePeriod(parameters);
  const system = useSystem(told?.driver?.traits);
  if (told === undefined) return <p className="sentence river-sentence" aria-hidden="true">&nbsp;</p>; // its place, so that nothing jumps
  if (told === null) return null;
  const isRiver = view.key === "contacts";
  const name = isRiver ? (step: string) => stepName(company, step, words.language) : nameOf;
  const { place, driver, cost, people, times, rank, where = placeName(place, name, words) } = told;
  return (
    <p className="sentence river-sentence">
      {driver && <>{begun(system ?? sayTraits(driver.traits, words, name))} : </>}
      <Link to={changed(url, { ...addressOf(place, rank), ...(isRiver ? { view: company.key } : {}), edge: undefined, step: undefined }, "/journeys/frictions")}>
        {t("totals.customers", { n: people })}
      </Link>{" "}
      ({t("cause.times", { n: times })}), <b data-tone="bad">+ {words.money(cost.value ?? 0)}</b> {period} <small>{between(cost, words)}</small>{" "}
      <span className="sentence-place">{where}.</span>{" "}
      <Help about={t("sentence.about")}>{t(rank === undefined ? "help.sentence_found" : isRiver ? "help.sentence_river" : "help.sentence")}</Help>
    </p>
  );
}
