// pages/journeys/CausesList.tsx - what goes wrong at the watched places, named by its cause: how often with it and
// without, how many too many, what that costs; the dearest first.
import type { Interval } from "../../api/types";
import { changed } from "../../app/router";
import { useMay } from "../../app/session";
import { useWords } from "../../app/settings";
import { Help } from "../../parts/Help";
import { Link } from "../../parts/Link";
import { saveCsv } from "../../parts/save";
import { Failed, Waiting } from "../../parts/States";
import { Whisker } from "../../parts/Whisker";
import { begun, type Words } from "../../words";
import { usePeriod } from "../period";
import { useQuestion } from "../question";
import { sayTraits } from "./DriverTable";
import { addressOf, sufferersOf } from "./friction";
import { useCauses, type Watched } from "./causes";
import { between } from "./Sentence";
import { useSystem } from "./system";

/** "+ 32 points, de + 22 à + 43, à 95 %" */
function gap({ value, low, high }: Interval, words: Words): string {
  if (value === null || low === null || high === null) return "";
  return `${words.points(value)} (${words.t("interval", { low: words.points(low), high: words.points(high) })})`;
}

/** "de 48,6 % à 55,6 %, à 95 %" */
function sharesBetween({ low, high }: Interval, words: Words): string {
  return low === null || high === null ? "" : words.t("interval", { low: words.percent(low, 1), high: words.percent(high, 1) });
}

function Cause({ one, rank, most }: { one: Watched; rank: number; most: number }) {
  const words = useWords();
  const { t } = words;
  const { url, parameters, nameOf } = useQuestion();
  const period = usePeriod(parameters);
  const may = useMay();
  const system = useSystem(one.driver?.traits);
  const { driver, data, watched: { place } } = one;
  const where = one.watched[words.language];
  const percent = (share: Interval) => words.percent(share.value ?? 0);
  return (
    <li className="friction" data-cause={driver !== undefined}>
      <p className="friction-rank" aria-hidden="true">{driver ? rank : "·"}</p>
      <div>
        {driver && <p className="friction-word">{where}</p>}
        <h3>{driver ? begun(system ?? sayTraits(driver.traits, words, nameOf)) : where}</h3>
        <p className="friction-told">
          {driver
            ? t("cause.told", { people: driver.customers, n: driver.with_suffered, trials: driver.with, with: percent(driver.share_with), without: percent(driver.share_without), gap: gap(driver.difference, words) })
            : t("cause.none", { people: data.customers_suffered, n: data.suffered, trials: data.trials, share: words.percent(data.share.value ?? 0, 1), gap: sharesBetween(data.share, words) })}
        </p>
        <div className="friction-go">
          <Link className="button" to={changed(url, addressOf(place, driver ? one.rank : undefined))}>{t("dossier.open")}</Link>
          {may("lists") && (
            <Link className="button" to={sufferersOf(url, place, driver ? one.rank : undefined)}>
              {t("behind.see", { n: driver ? driver.customers : data.customers_suffered })}
            </Link>
          )}
        </div>
      </div>
      <div className="friction-cost">
        {driver && driver.excess_cost.value !== null && (
          <>
            <b>{words.money(driver.excess_cost.value)}</b>
            <Whisker interval={driver.excess_cost} most={most} label={`${words.money(driver.excess_cost.value)} ${between(driver.excess_cost, words)}`} />
            <small>{between(driver.excess_cost, words)}</small>
            <small>{period}</small>
          </>
        )}
      </div>
    </li>
  );
}

export function CausesList() {
  const words = useWords();
  const { t } = words;
  const { view, parameters, nameOf } = useQuestion();
  const { causes, isPending, failed } = useCauses(view, parameters);
  const period = usePeriod(parameters);
  if (!view.watched) return null;
  const most = Math.max(...causes.map((one) => one.driver?.excess_cost.high ?? 0), 1);
  const named = causes.filter((one) => one.driver);
  const save = () =>
    saveCsv("ariane-causes", [t("driver.trait"), t("tab.frictions"), t("friction.suffered"), t("friction.trials"), t("driver.with"), t("driver.without"), t("compare.difference"), t("driver.low"), t("driver.high"), t("driver.cost"), t("driver.low"), t("driver.high"), "q"],
      causes.map(({ watched, data, driver: d }) => d
        ? [sayTraits(d.traits, words, nameOf), watched[words.language], d.with_suffered, d.with, d.share_with.value ?? "", d.share_without.value ?? "", d.difference.value ?? "", d.difference.low ?? "", d.difference.high ?? "", d.excess_cost.value ?? "", d.excess_cost.low ?? "", d.excess_cost.high ?? "", d.q ?? ""]
        : ["", watched[words.language], data.suffered, data.trials]));
  return (
    <section className="causes" aria-busy={isPending}>
      <div className="table-head">
        <h2>{t("cause.title", { n: named.length, places: view.watched.length })} <Help about={t("driver.title")}>{t("help.causes")}</Help></h2>
        <button type="button" className="quiet" onClick={save}>CSV<span className="unseen"> {t("driver.title")}</span></button>
      </div>
      <p className="account">{t("cause.account", { period })}</p>
      {failed ? (
        <Failed answer={failed} />
      ) : isPending ? (
        <Waiting rows={view.watched.length} /> // all at once: nothing moves under the reader
      ) : (
        <ol className="frictions">
          {causes.map((one, i) => (
            <Cause key={one.watched.en} one={one} rank={i + 1} most={most} />
          ))}
        </ol>
      )}
    </section>
  );
}
