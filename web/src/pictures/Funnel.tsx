// pictures/Funnel.tsx - how many come how far: a bar for each step, between them what is lost.
import type { Funnel as Answer } from "../api/types";
import { useWords } from "../app/settings";
import { useWidth } from "../parts/width";
import { wrapped } from "./wrap";

const [WIDTH_LEAST, WIDTH_MOST] = [340, 900];
const NUMBERS = 130; // room for the words behind the bars
const BAR = 44;
const GAP = 34;
const LETTER = 8.6; // of a name on its bar, in the middle

export function Funnel({
  answer,
  nameOf,
  chosen,
  onChoose,
  label,
}: {
  answer: Answer;
  nameOf: (step: string) => string;
  chosen: number | null;
  onChoose: (index: number) => void;
  label: string;
}) {
  const words = useWords();
  const { t } = words;
  const { ref, width: room } = useWidth();
  const whole = Math.max(WIDTH_LEAST, Math.min(WIDTH_MOST, room));
  const ground = whole - NUMBERS;
  const most = Math.max(1, answer.steps[0]?.journeys ?? 1, ...answer.steps.map((one) => one.journeys));
  const height = answer.steps.length * (BAR + GAP) - GAP + 8;
  return (
    <div className="funnel" ref={ref}>
      {room > 0 && (
        <svg data-picture viewBox={`0 0 ${whole} ${height}`} width={whole} height={height} role="group" aria-label={label}>
          {answer.steps.map((one, i) => {
            const y = i * (BAR + GAP);
            const width = Math.max(2, (one.journeys / most) * ground);
            const previous = answer.steps[i - 1];
            const lost = previous ? previous.journeys - one.journeys : 0;
            const told = t("funnel.step", { name: nameOf(one.step), n: one.journeys, share: words.percent(one.share) });
            const lines = wrapped(nameOf(one.step), Math.floor((ground - 24) / LETTER)).slice(0, 2);
            return (
              <g key={`${one.step}${i}`}>
                {previous && (
                  <g className="funnel-between">
                    <text x={12} y={y - 12}>
                      {t("funnel.goes", { share: words.percent(one.from_previous), time: words.span(one.median_s) })}
                    </text>
                    <text className="funnel-lost" x={ground} y={y - 12} textAnchor="end">
                      {lost > 0 ? `− ${words.number(lost)}` : ""}
                    </text>
                  </g>
                )}
                <g
                  className="funnel-step"
                  role="button"
                  tabIndex={0}
                  aria-pressed={chosen === i}
                  data-chosen={chosen === i}
                  onClick={() => onChoose(i)}
                  onKeyDown={(event) => (event.key === "Enter" || event.key === " ") && (event.preventDefault(), onChoose(i))}
                >
                  <title>{told}</title>
                  <rect className="funnel-ground" x={0} y={y} width={ground} height={BAR} rx={4} />
                  <rect className="funnel-bar" x={0} y={y} width={width} height={BAR} rx={4} />
                  <text className="funnel-name">
                    {lines.map((line, k) => <tspan key={k} x={12} y={y + 28 + (k - (lines.length - 1) / 2) * 18}>{line}</tspan>)}
                  </text>
                  <text className="funnel-count" x={ground + 14} y={y + 20}>{words.number(one.journeys)}</text>
                  <text className="funnel-share" x={ground + 14} y={y + 38}>
                    {t("funnel.share", { share: words.percent(one.share) })}
                  </text>
                </g>
              </g>
            );
          })}
        </svg>
      )}
    </div>
  );
}
