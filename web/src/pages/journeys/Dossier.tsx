// pages/journeys/Dossier.tsx - all about one place where journeys go wrong, or about one cause there: what its customers share,
// who they are, one thread, three of them in their own words, who answers for it, and what one would ask next.
import { useAnswer } from "../../api/questions";
import type { Driver, Drivers, FrictionPlace, Interval } from "../../api/types";
import { changed, useAddress } from "../../app/router";
import { useMay } from "../../app/session";
import { useWords } from "../../app/settings";
import { Figure } from "../../parts/Figure";
import { Help } from "../../parts/Help";
import { Link } from "../../parts/Link";
import { Shown } from "../../parts/States";
import { begun, type Words } from "../../words";
import { ownerName } from "../../words/owners";
import { usePeriod } from "../period";
import { useQuestion } from "../question";
import { DossierNext } from "./DossierNext";
import { DossierPeople } from "./DossierPeople";
import { DriverTable, sayTraits } from "./DriverTable";
import { addressOf, AFTERMATH, SUPPORT, askFor, failingStep } from "./friction";
import { useSystem } from "./system";

/** What one costs is told to the cent. */
function cents({ low, high }: Interval, words: Words): string {
  return low === null || high === null ? "" : words.t("interval", { low: words.money(low, 2), high: words.money(high, 2) });
}

function shares({ low, high }: Interval, words: Words): string {
  return low === null || high === null ? "" : words.t("interval", { low: words.percent(low, 1), high: words.percent(high, 1) });
}

export function Causes({ place }: { place: FrictionPlace }) {
  const { t } = useWords();
  const { parameters } = useQuestion();
  const answer = useAnswer("journey/drivers", { ...parameters, ...askFor(place), ignore: AFTERMATH, support: SUPPORT });
  return (
    <Shown answer={answer} rows={4}>
      {(data) => (
        <>
          <p className="account">{t("driver.tests", { n: data.tests })}</p>
          <DriverTable drivers={data.drivers ?? []} />
        </>
      )}
    </Shown>
  );
}

function Owner({ place }: { place: FrictionPlace }) {
  const { t, language } = useWords();
  const { channelOf } = useQuestion();
  const owner = ownerName(channelOf(failingStep(place)), language);
  return <Figure name={t("dossier.owner")} value={<span className="dossier-owner">{owner}</span>} help={<Help about={t("dossier.owner")}>{t("help.owner")}</Help>} />;
}

function WholePlace({ place, data }: { place: FrictionPlace; data: Drivers }) {
  const words = useWords();
  const { t } = words;
  return (
    <div className="figures">
      <Figure name={t("column.customers")} value={words.number(data.customers_suffered)} note={t("dossier.times", { n: data.suffered, trials: data.trials })} />
      <Figure name={t("column.share")} value={words.percent(data.share.value ?? 0, 1)} note={shares(data.share, words)} />
      <Figure name={t("dossier.cost")} value={data.cost_each.value === null ? "–" : words.money(data.cost_each.value, 2)} note={cents(data.cost_each, words)}
        help={<Help about={t("dossier.cost")}>{t("help.frictions")}</Help>} />
      <Owner place={place} />
    </div>
  );
}

/** Of those alone who have the cause in common: the same numbers as the sentence that led here. */
function OneCause({ place, data, driver }: { place: FrictionPlace; data: Drivers; driver: Driver }) {
  const words = useWords();
  const { t } = words;
  const url = useAddress();
  const { parameters, nameOf } = useQuestion();
  const period = usePeriod(parameters);
  const system = useSystem(driver.traits);
  const { excess_cost: cost } = driver;
  return (
    <>
      <h3 className="dossier-cause">{begun(system ?? sayTraits(driver.traits, words, nameOf))}</h3>
      <p><Link to={changed(url, addressOf(place))}>{t("cause.whole", { n: data.customers_suffered })}</Link></p>
      <div className="figures">
        <Figure name={t("column.customers")} value={words.number(driver.customers)} note={t("dossier.times", { n: driver.with_suffered, trials: driver.with })} />
        <Figure name={t("column.share")} value={words.percent(driver.share_with.value ?? 0, 1)}
          note={<>{shares(driver.share_with, words)}<br />{t("dossier.elsewhere", { share: words.percent(driver.share_without.value ?? 0, 1) })}</>} />
        <Figure name={t("dossier.excess", { period })} value={cost.value === null ? "–" : words.money(cost.value)}
          note={cost.low !== null && cost.high !== null && t("interval", { low: words.money(cost.low), high: words.money(cost.high) })}
          help={<Help about={t("dossier.excess", { period })}>{t("help.causes")}</Help>} />
        <Owner place={place} />
      </div>
    </>
  );
}

/** `cause`: the words of `--list`, from 1; without, the whole place. */
export function Dossier({ place, cause }: { place: FrictionPlace; cause: string | null }) {
  const { t } = useWords();
  const { parameters } = useQuestion();
  const may = useMay();
  const answer = useAnswer("journey/drivers", { ...parameters, ...askFor(place), ignore: AFTERMATH, support: SUPPORT });
  return (
    <Shown answer={answer} rows={8}>
      {(data) => {
        const rank = cause === null ? undefined : Number(cause);
        const driver = rank === undefined ? undefined : data.drivers?.[rank - 1];
        return (
          <>
            {driver ? <OneCause place={place} data={data} driver={driver} /> : <WholePlace place={place} data={data} />}
            <div className="dossier">
              <section className="dossier-causes">
                <h3>{t("driver.trait")} <Help about={t("driver.title")}>{t("help.drivers")}</Help></h3>
                <DriverTable drivers={driver ? [driver] : (data.drivers ?? [])} />
                <p className="account">{t("driver.tests", { n: data.tests })}</p>
              </section>
              {may("lists") && <DossierPeople place={place} cause={driver && rank} traits={driver?.traits ?? []} people={driver?.customers ?? data.customers_suffered} />}
              <DossierNext place={place} hasCause={driver !== undefined} />
            </div>
          </>
        );
      }}
    </Shown>
  );
}
