// pages/journeys/DriverTable.tsx - what those who suffer have in common, the surest first; what explains it away is told.
import type { CommonTrait, Driver, Interval } from "../../api/types";
import { useWords } from "../../app/settings";
import { saveCsv } from "../../parts/save";
import { Whisker } from "../../parts/Whisker";
import type { Words } from "../../words";
import { traitName } from "../../words/traits";
import { useQuestion } from "../question";

const SHOWN = 12;

function range(interval: Interval, words: Words, format: (n: number) => string): string {
  if (interval.low === null || interval.high === null) return "";
  return words.t("interval", { low: format(interval.low), high: format(interval.high) });
}

export function sayTraits(traits: readonly CommonTrait[], words: Words, nameOf?: (step: string) => string): string {
  return traits.map((one) => traitName(one, words.language, nameOf)).join(words.t("driver.and"));
}

/** "2,3 fois plus souvent": the ratio of the shares; where nobody suffers without it, there is none. */
function timesAsOften({ share_with, share_without }: Driver, words: Words): string {
  if (share_with.value === null || !share_without.value) return "";
  return words.t("driver.times", { ratio: words.number(share_with.value / share_without.value, 1) });
}

export function DriverTable({ drivers }: { drivers: readonly Driver[] }) {
  const words = useWords();
  const { t } = words;
  const { nameOf } = useQuestion();
  if (drivers.length === 0) return <p className="none">{t("driver.none")}</p>;
  const most = Math.max(...drivers.slice(0, SHOWN).map((one) => one.share_with.high ?? 0), 0.0001);
  const share = (one: Interval) => (one.value === null ? "–" : words.percent(one.value, 1));
  const save = () =>
    saveCsv("ariane-drivers",
      [t("driver.trait"), t("driver.with"), t("driver.without"), t("driver.ratio"), t("driver.low"), t("driver.high"), t("driver.excess"), t("driver.cost"), "q"],
      drivers.map((one) => [sayTraits(one.traits, words, nameOf), one.share_with.value ?? "", one.share_without.value ?? "", one.odds_ratio.value ?? "",
        one.odds_ratio.low ?? "", one.odds_ratio.high ?? "", one.excess.value ?? "", one.excess_cost.value ?? "", one.q ?? ""]));
  return (
    <div className="drivers">
      <ol>
        {drivers.slice(0, SHOWN).map((one, i) => (
          <li key={i} data-explained={one.explained}>
            <p className="driver-name">{sayTraits(one.traits, words, nameOf)}</p>
            <Whisker interval={one.share_with} most={most}
              label={`${t("driver.with")}: ${share(one.share_with)} ${range(one.share_with, words, (n) => words.percent(n, 1))}`} />
            <p className="driver-told">
              {t("driver.told", { with: share(one.share_with), without: share(one.share_without) })} {timesAsOften(one, words)}{" "}
              <small>{words.points(one.difference.value ?? 0)}, {range(one.difference, words, words.points)}</small>
            </p>
            <p className="driver-excess">
              {one.excess.value !== null && t("driver.too_many", { n: Math.round(one.excess.value) })}
              {one.excess_cost.value !== null && <> · {words.money(one.excess_cost.value)}</>}
            </p>
            {one.explained && (
              <p className="driver-explained">
                {t("driver.explained", { by: one.adjusted?.for ? sayTraits(one.adjusted.for, words, nameOf) : (one.adjusted?.for_all_of ?? "") })}
              </p>
            )}
          </li>
        ))}
      </ol>
      <button type="button" className="quiet" onClick={save}>CSV<span className="unseen"> {t("driver.title")}</span></button>
    </div>
  );
}
