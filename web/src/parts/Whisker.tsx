// parts/Whisker.tsx - a figure with its interval, drawn: the dot is the estimate, the line what it may be.
import type { Interval } from "../api/types";

const WIDTH = 220;

export function Whisker({ interval, most, label }: { interval: Interval; most: number; label: string }) {
  const at = (value: number | null) => 6 + (Math.max(0, Math.min(most, value ?? 0)) / (most || 1)) * (WIDTH - 12);
  return (
    <svg className="whisker" viewBox={`0 0 ${WIDTH} 18`} role="img" aria-label={label}>
      <line className="whisker-ground" x1={6} x2={WIDTH - 6} y1={9} y2={9} />
      <line className="whisker-reach" x1={at(interval.low)} x2={at(interval.high)} y1={9} y2={9} />
      <circle cx={at(interval.value)} cy={9} r={4.5} />
    </svg>
  );
}

/** A difference with its interval: nought is in the middle, and what does not reach over it is sure. */
export function Gap({ interval, most, label }: { interval: Interval; most: number; label: string }) {
  const at = (value: number | null) => WIDTH / 2 + (Math.max(-most, Math.min(most, value ?? 0)) / (most || 1)) * (WIDTH / 2 - 6);
  return (
    <svg className="whisker" viewBox={`0 0 ${WIDTH} 18`} role="img" aria-label={label}>
      <line className="whisker-ground" x1={6} x2={WIDTH - 6} y1={9} y2={9} />
      <line className="whisker-ground" x1={WIDTH / 2} x2={WIDTH / 2} y1={2} y2={16} />
      <line className="whisker-reach" x1={at(interval.low)} x2={at(interval.high)} y1={9} y2={9} />
      <circle cx={at(interval.value)} cy={9} r={4.5} />
    </svg>
  );
}
