// pages/journeys/Sentence.tsx - the one sentence of an analysis: what costs most in it, who it happens to, how surely.
import { useAnswer } from "../../api/questions";
import type { Driver, FrictionPlace, Interval } from "../../api/types";
import { changed } from "../../app/router";
import { useWords } from "../../app/settings";
import { Help } from "../../parts/Help";
import { Link } from "../../parts/Link";
import { begun, type Words } from "../../words";
import { definitionOf, stepName, viewOf } from "../../views/views";
import { useQuestion } from "../question";
import { useCauses } from "./causes";
import { addressOf, AFTERMATH, placeName, type Friction, type Frictions } from "./friction";
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
  times: number;
}

/** What is told, null where nothing is sure, undefined while it is being asked. */
function useTold(): Told | null | undefined {
  const { language } = useWords();
  const { view, parameters } = useQuestion();
  const watching = view.key === "contacts" ? company : view;
  const asked = { ...parameters, definition: definitionOf(watching) };
  const { causes, isPending } = useCauses(watching, asked);
  const first = causes[0];
  // Where nothing stands out at the watched points, or none are watched: what a search finds.
  const isSearched = !isPending && first?.driver === undefined;
  const answer = useAnswer<Frictions>(isSearched ? "journey/frictions" : undefined, { ...asked, ignore: AFTERMATH, support: 5, top: 10 });
  if (isPending) return undefined;
  if (first?.driver)
    return { place: first.watched.place, where: first.watched[language], driver: first.driver, cost: first.driver.excess_cost, times: first.driver.with_suffered };
  if (answer.isPending) return undefined;
  const one = answer.data && toldOf(answer.data.frictions);
  if (!one) return null;
  const driver = shared(one);
  return { place: one.friction, driver, cost: driver?.excess_cost ?? one.excess_cost, times: driver?.with_suffered ?? one.suffered };
}

export function Sentence() {
  const words = useWords();
  const { t } = words;
  const { url, view, nameOf } = useQuestion();
  const told = useTold();
  const system = useSystem(told?.driver?.traits);
  if (told === undefined) return <p className="sentence river-sentence" aria-hidden="true">&nbsp;</p>; // its place, so that nothing jumps
  if (told === null) return null;
  const isRiver = view.key === "contacts";
  const name = isRiver ? (step: string) => stepName(company, step, words.language) : nameOf;
  const { place, driver, cost, times, where = placeName(place, name, words) } = told;
  return (
    <p className="sentence river-sentence">
      {driver && <>{begun(system ?? sayTraits(driver.traits, words, name))} : </>}
      <Link to={changed(url, { ...addressOf(place), ...(isRiver ? { view: company.key } : {}), edge: undefined, step: undefined }, "/journeys/frictions")}>
        {t("cause.times", { n: times })}
      </Link>
      {", "}
    <b data-tone="bad">+ {words.money(cost.value ?? 0)}</b> <small>{between(cost, words)}</small>{" "}
      <span className="sentence-place">{where}.</span> <Help about={t("sentence.about")}>{t("help.sentence")}</Help>
    </p>
  );
}
