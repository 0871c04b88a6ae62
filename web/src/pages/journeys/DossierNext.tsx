// pages/journeys/DossierNext.tsx - what one asks next about a place, each a link that asks it, or an answer here.
import { useState } from "react";
import type { Parameters } from "../../api/client";
import { useAnswer, useStatus } from "../../api/questions";
import type { FrictionPlace } from "../../api/types";
import { changed, useAddress } from "../../app/router";
import { useWords } from "../../app/settings";
import { Link } from "../../parts/Link";
import { Shown } from "../../parts/States";
import { isoDay } from "../../words";
import { channelName } from "../../words/activities";
import { wayOf } from "../costs/ways";
import { usePeriod } from "../period";
import { useQuestion } from "../question";
import { earlier } from "./earlier";
import { addressOf, askFor, wrongStep } from "./friction";
import { gapOf } from "./shares";

const DAY_MS = 86_400_000;
const NOW_DAYS = 30;
const THEN_DAYS = 90; // before those

/** The period asked about and the one before it; of all that is known, the last month and the three before. */
function usePeriods(parameters: Parameters): readonly [Parameters, Parameters] | undefined {
  const status = useStatus().data;
  const { since, until } = parameters;
  if (typeof since === "string") {
    const then = earlier(parameters, status);
    return then && [{ since, until }, then];
  }
  if (!status?.last_time) return undefined;
  const end = typeof until === "string" ? Date.parse(until) : Date.parse(status.last_time);
  const day = (days: number) => isoDay(end - days * DAY_MS);
  return [{ since: day(NOW_DAYS), until }, { since: day(NOW_DAYS + THEN_DAYS), until: day(NOW_DAYS) }];
}

function Trend({ place, periods, hasCause }: { place: FrictionPlace; periods: readonly [Parameters, Parameters]; hasCause: boolean }) {
  const words = useWords();
  const { t } = words;
  const { parameters } = useQuestion();
  const asked = { ...parameters, ...askFor(place), "no-pairs": true, top: 1 };
  const now = useAnswer("journey/drivers", { ...asked, ...periods[0] });
  const then = useAnswer("journey/drivers", { ...asked, ...periods[1] });
  const [period, before] = [usePeriod(periods[0]), usePeriod(periods[1])];
  return (
    <Shown answer={now} rows={2}>
      {(here) => (
        <Shown answer={then} rows={2}>
          {(there) => {
            const { value, low, high } = gapOf(there.share, here.share);
            if (value === null || low === null || high === null) return <p className="none">{t("dossier.trend_unknown")}</p>;
            return (
              <p className="dossier-trend">
                {t("dossier.trend_now", {
                  now: words.percent(here.share.value ?? 0, 1), then: words.percent(there.share.value ?? 0, 1), period, before,
                  difference: words.points(value), interval: t("interval", { low: words.points(low), high: words.points(high) }),
                })}{" "}
                <b>{t(low > 0 ? "dossier.trend_more" : high < 0 ? "dossier.trend_less" : "dossier.trend_same")}</b>{" "}
                {hasCause && t("dossier.trend_whole")}
              </p>
            );
          }}
        </Shown>
      )}
    </Shown>
  );
}

export function DossierNext({ place, hasCause }: { place: FrictionPlace; hasCause: boolean }) {
  const { t, language } = useWords();
  const url = useAddress();
  const { parameters, nameOf, channelOf } = useQuestion();
  const [isTrend, setTrend] = useState(false);
  const periods = usePeriods(parameters);
  const clear = addressOf({ kind: "leave", at: [] });
  const none = { ...clear, place: undefined };
  const wrong = wrongStep(place);
  const at = place.kind === "instead" ? wrong : (place.at[0] ?? "");
  const channel = channelOf(wrong) ?? "";
  const way = wayOf(channel);
  return (
    <section>
      <h3>{t("dossier.next")}</h3>
      <ul className="dossier-next">
        <li><Link to={changed(url, { ...none, after: wrong }, "/journeys/flow")}>{t("dossier.then", { step: nameOf(wrong) })}</Link></li>
        <li><Link to={changed(url, { ...none, after: at, way_to: "backwards" }, "/journeys/flow")}>{t("dossier.from", { step: nameOf(at) })}</Link></li>
        {periods && (
          <li>
            <button type="button" className="quiet" aria-expanded={isTrend} onClick={() => setTrend(!isTrend)}>{t("dossier.trend")}</button>
            {isTrend && <Trend place={place} periods={periods} hasCause={hasCause} />}
          </li>
        )}
        {way !== undefined && <li><Link to={`/costs?${new URLSearchParams({ route: way })}`}>{t("dossier.move", { channel: channelName(channel, language) })}</Link></li>}
      </ul>
    </section>
  );
}
