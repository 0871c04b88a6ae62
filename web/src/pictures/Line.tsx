// pictures/Line.tsx - a figure over time, with its interval where there is one; the last point is told.
import { useId, useState } from "react";
import { useWords } from "../app/settings";

export interface Point {
  time: string;
  value: number;
  low?: number;
  high?: number;
  detail?: string;
}

const WIDTH = 760;
const LEFT = 52;
const BOTTOM = 26;

function niceTop(most: number): number {
  if (most <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 2.5, 5, 10].map((n) => n * power).find((n) => n >= most) ?? most;
}

export function Line({
  points,
  height = 220,
  format,
  label,
  nameOf,
  onChoose,
}: {
  points: readonly Point[];
  height?: number;
  format: (value: number) => string;
  label: string;
  nameOf: (time: string) => string;
  onChoose?: (point: Point) => void;
}) {
  const { t } = useWords();
  const [at, setAt] = useState<number | null>(null);
  const id = useId();
  const top = niceTop(Math.max(...points.map((point) => point.high ?? point.value), 0));
  const x = (i: number) => LEFT + (points.length < 2 ? 0 : (i / (points.length - 1)) * (WIDTH - LEFT - 16));
  const y = (value: number) => 10 + (1 - value / top) * (height - BOTTOM - 10);
  const line = points.map((point, i) => `${i === 0 ? "M" : "L"}${x(i)},${y(point.value)}`).join("");
  const hasBand = points.some((point) => point.low !== undefined);
  const band = hasBand
    ? `M${points.map((point, i) => `${x(i)},${y(point.high ?? point.value)}`).join("L")}L${points
        .map((point, i) => `${x(i)},${y(point.low ?? point.value)}`)
        .reverse()
        .join("L")}Z`
    : "";
  const shown = at === null ? points.length - 1 : at;
  const told = points[shown];
  const every = Math.max(1, Math.ceil(points.length / 8));
  return (
    <div className="line">
      <svg data-picture viewBox={`0 0 ${WIDTH} ${height}`} role="img" aria-labelledby={id} onMouseLeave={() => setAt(null)}>
        <title id={id}>{`${label}. ${told ? `${nameOf(told.time)}: ${format(told.value)}` : t("state.empty")}`}</title>
        {[0, 0.5, 1].map((part) => (
          <g key={part} className="line-grid">
            <line x1={LEFT} x2={WIDTH - 16} y1={y(top * part)} y2={y(top * part)} />
            <text x={LEFT - 8} y={y(top * part) + 4} textAnchor="end">{format(top * part)}</text>
          </g>
        ))}
        {points.map((point, i) =>
          i % every === 0 ? (
            <text key={point.time} className="line-time" x={x(i)} y={height - 6} textAnchor={i === 0 ? "start" : "middle"}>
              {nameOf(point.time)}
            </text>
          ) : null,
        )}
        {hasBand && <path className="line-band" d={band} />}
        <path className="line-line" d={line} />
        {told && <circle className="line-point" cx={x(shown)} cy={y(told.value)} r={4} />}
        {points.map((point, i) => (
          <rect
            key={point.time}
            className="line-reach"
            x={x(i) - (WIDTH - LEFT) / points.length / 2}
            y={0}
            width={(WIDTH - LEFT) / points.length}
            height={height - BOTTOM}
            onMouseEnter={() => setAt(i)}
            onClick={() => onChoose?.(point)}
          />
        ))}
      </svg>
      {told && (
        <p className="line-told" aria-live="off">
          <b>{format(told.value)}</b> {nameOf(told.time)}
          {told.low !== undefined && told.high !== undefined && ` · ${t("interval", { low: format(told.low), high: format(told.high) })}`}
          {told.detail && ` · ${told.detail}`}
        </p>
      )}
    </div>
  );
}

/** A small line without axes, for a row of a list. */
export function Spark({ values }: { values: readonly number[] }) {
  const top = Math.max(1, ...values);
  const path = values.map((value, i) => `${i === 0 ? "M" : "L"}${(i / Math.max(1, values.length - 1)) * 116 + 2},${26 - (value / top) * 22}`).join("");
  const last = values.at(-1) ?? 0;
  return (
    <svg className="spark" viewBox="0 0 122 30" aria-hidden="true">
      <path d={path} />
      <circle cx={118} cy={26 - (last / top) * 22} r={2.6} />
    </svg>
  );
}
