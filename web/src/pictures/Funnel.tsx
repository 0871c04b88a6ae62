// pictures/Funnel.tsx - how many come how far: a bar for each step, between them what is lost.
import type { Funnel as Answer } from "../api/types";
import { useWords } from "../app/settings";

const WIDTH = 760;
const BAR = 44;
const GAP = 34;

export function Funnel({
  answer,
  nameOf,
  chosen,
  onChoose,
}: {
  answer: Answer;
  nameOf: (step: string) => string;
  chosen: number | null;
  onChoose: (index: number) => void;
}) {
  const words = useWords();
  const { t } = words;
  const most = Math.max(1, answer.steps[0]?.journeys ?? 1, ...answer.steps.map((one) => one.journeys));
  const height = answer.steps.length * (BAR + GAP) - GAP + 8;
  return (
    <svg className="funnel" data-picture viewBox={`0 0 ${WIDTH} ${height}`} role="group" aria-label={t("funnel.title")}>
      {answer.steps.map((one, i) => {
        const y = i * (BAR + GAP);
        const width = Math.max(2, (one.journeys / most) * (WIDTH - 250));
        const previous = answer.steps[i - 1];
        const lost = previous ? previous.journeys - one.journeys : 0;
        const label = t("funnel.step", { name: nameOf(one.step), n: one.journeys, share: words.percent(one.share) });
        return (
          <g key={`${one.step}${i}`}>
            {previous && (
              <g className="funnel-between">
                <text x={12} y={y - 12}>
                  {t("funnel.goes", { share: words.percent(one.from_previous), time: words.span(one.median_s) })}
                </text>
                <text className="funnel-lost" x={WIDTH - 240} y={y - 12} textAnchor="end">
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
              <title>{label}</title>
              <rect className="funnel-ground" x={0} y={y} width={WIDTH - 240} height={BAR} rx={4} />
              <rect className="funnel-bar" x={0} y={y} width={width} height={BAR} rx={4} />
              <text className="funnel-name" x={12} y={y + 28}>{nameOf(one.step)}</text>
              <text className="funnel-count" x={WIDTH - 226} y={y + 20}>{words.number(one.journeys)}</text>
              <text className="funnel-share" x={WIDTH - 226} y={y + 38}>
                {t("funnel.share", { share: words.percent(one.share) })}
              </text>
            </g>
          </g>
        );
      })}
    </svg>
  );
}
