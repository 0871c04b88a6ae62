// pages/journeys/FrictionRoutes.tsx - by which ways people come to a friction: the dearest three, each drawn small and leading to
// its own dossier and customers.
import type { Friction } from "../../api/types";
import { changed, useAddress } from "../../app/router";
import { useMay } from "../../app/session";
import { useWords } from "../../app/settings";
import { Help } from "../../parts/Help";
import { Link } from "../../parts/Link";
import { Whisker } from "../../parts/Whisker";
import { Trace } from "../../pictures/Trace";
import { useQuestion } from "../question";
import { addressOf, placeName, sufferersOf } from "./friction";
import { between } from "./Sentence";

const SHOWN = 3;
const DRAWN = 2; // more places than these in one are words, not beads

type Route = NonNullable<Friction["variants"]>[number];

function Way({ one, most }: { one: Route; most: number }) {
  const words = useWords();
  const { t } = words;
  const url = useAddress();
  const may = useMay();
  const { nameOf, channelOf } = useQuestion();
  const { at, to = [], kind } = one.friction;
  const isDrawn = kind === "next" || (kind === "later" && at.length + to.length <= DRAWN);
  const cost = one.excess_cost;
  return (
    <li>
      <div>
        <p className="friction-word">{t(`friction_word.${one.word}`)}</p>
        {isDrawn ? <Trace steps={[...at, ...to]} nameOf={nameOf} channelOf={channelOf} /> : <p>{placeName(one.friction, nameOf, words)}</p>}
        <p className="route-go">
          <Link to={changed(url, addressOf(one.friction))}>{t("dossier.open")}<span className="unseen"> {placeName(one.friction, nameOf, words)}</span></Link>
          {may("lists") && <Link to={sufferersOf(url, one.friction)}>{t("behind.see", { n: one.customers_suffered })}</Link>}
        </p>
      </div>
      <div className="friction-cost">
        {cost.value === null ? "–" : <b>{words.money(cost.value)}</b>}
        <Whisker interval={cost} most={most} label={`${words.money(cost.value ?? 0)} ${between(cost, words)}`} />
        <small>{between(cost, words)}</small>
      </div>
    </li>
  );
}

export function FrictionRoutes({ routes, most }: { routes: readonly Route[]; most: number }) {
  const { t } = useWords();
  if (routes.length === 0) return null;
  const dearest = [...routes].sort((a, b) => (b.excess_cost.value ?? 0) - (a.excess_cost.value ?? 0)).slice(0, SHOWN);
  return (
    <section className="routes">
      <h4>{t("routes.title")} <Help about={t("routes.title")}>{t("help.routes")}</Help></h4>
      <ol>
        {dearest.map((one) => <Way key={JSON.stringify(one.friction)} one={one} most={most} />)}
      </ol>
      {routes.length > SHOWN && <p className="account">{t("routes.more", { n: routes.length - SHOWN })}</p>}
    </section>
  );
}
