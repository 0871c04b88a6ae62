// pictures/Legend.tsx - what the colours of the map mean: from calm to alarming, with what stands at either end.
import { useWords } from "../app/settings";
import { SLOW_S, type Colour } from "./River";

export function Legend({ colour }: { colour: Colour }) {
  const { t, percent, span } = useWords();
  if (colour === "volume") return null;
  const [from, to] = colour === "time" ? [`≤ ${span(SLOW_S[0])}`, `≥ ${span(SLOW_S[1])}`] : [percent(0, 0), percent(1, 0)];
  return (
    <p className="map-legend">
      {t(colour === "time" ? "river.legend_time" : "river.legend_loss")} <span>{from}</span>
      <svg viewBox="0 0 120 10" aria-hidden="true">
        {[0, 1, 2, 3, 4, 5].map((warm) => <rect key={warm} x={warm * 20} y={0} width={20} height={10} data-warm={warm} />)}
      </svg>
      <span>{to}</span>
    </p>
  );
}
