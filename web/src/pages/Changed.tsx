// pages/Changed.tsx - the frictions that grew, or shrank, in the last thirty days, beyond chance.
import type { Friction } from "../api/types";
import { useAnswer } from "../api/questions";
import { useWords } from "../app/settings";
import { Help } from "../parts/Help";
import { Link } from "../parts/Link";
import { Shown } from "../parts/States";
import { definitionOf, stepName, viewOf } from "../views/views";
import { isoDay } from "../words";
import { addressOf, AFTERMATH, placeName } from "./journeys/friction";

const DAY_MS = 86_400_000;
const NOW_DAYS = 30;
const THEN_DAYS = 90; // before those
const RATE = 0.05; // of false discoveries, among all that are told
const company = viewOf("company");

function hasChanged({ change }: Friction): boolean {
  return change !== undefined && change.q <= RATE && change.difference.value !== null;
}

function Change({ one }: { one: Friction }) {
  const words = useWords();
  const { t } = words;
  if (one.change === undefined) return null;
  const { before, before_suffered, after, after_suffered, difference: { value, low, high } } = one.change;
  const nameOf = (step: string) => stepName(company, step, words.language);
  const query = new URLSearchParams({ view: company.key });
  for (const [key, told] of Object.entries(addressOf(one.friction))) if (told !== undefined) query.set(key, told);
  return (
    <li>
      <b data-tone={(value ?? 0) > 0 ? "bad" : "good"}>{words.points(value ?? 0)}</b>
      <Link to={`/journeys/frictions?${query}`}>{placeName(one.friction, nameOf, words)}</Link>
      <small>
        {t("changed.told", { now: words.percent(after > 0 ? after_suffered / after : 0, 1), then: words.percent(before > 0 ? before_suffered / before : 0, 1) })}
        {low !== null && high !== null && ` · ${t("interval", { low: words.points(low), high: words.points(high) })}`}
      </small>
    </li>
  );
}

export function Changed({ last }: { last: string }) {
  const { t } = useWords();
  const end = Date.parse(last);
  const answer = useAnswer("journey/frictions", {
    definition: definitionOf(company), since: isoDay(end - (NOW_DAYS + THEN_DAYS) * DAY_MS), split: isoDay(end - NOW_DAYS * DAY_MS),
    ignore: AFTERMATH, support: 5, drivers: 1, "no-pairs": true, top: 50,
  }, ["frictions"]);
  return (
    <section className="dearest changed">
      <h2>{t("changed.title")} <Help about={t("changed.title")}>{t("help.changed")}</Help></h2>
      <Shown answer={answer} rows={3}>
        {(data) => {
          const changed = data.frictions.filter(hasChanged).sort((a, b) => (b.change?.difference.value ?? 0) - (a.change?.difference.value ?? 0));
          return changed.length === 0
            ? <p className="none">{t("changed.none", { n: data.screened })}</p>
            : <ol>{changed.map((one) => <Change key={JSON.stringify(one.friction)} one={one} />)}</ol>;
        }}
      </Shown>
    </section>
  );
}
