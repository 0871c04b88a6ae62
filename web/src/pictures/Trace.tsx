// pictures/Trace.tsx - a sequence of steps as beads on a thread, coloured by channel and named.
import { useWords } from "../app/settings";

export interface Bead {
  step: string;
  times: number;
}

/** A step again and again is one bead with its number. */
export function beadsOf(steps: readonly string[]): Bead[] {
  const beads: Bead[] = [];
  for (const step of steps) {
    const last = beads.at(-1);
    if (last?.step === step) last.times++;
    else beads.push({ step, times: 1 });
  }
  return beads;
}

const SHOWN = 9;

export function Trace({
  steps,
  nameOf,
  channelOf,
}: {
  steps: readonly string[];
  nameOf: (step: string) => string;
  channelOf?: (step: string) => string | undefined;
}) {
  const { t } = useWords();
  const beads = beadsOf(steps);
  return (
    <ol className="trace">
      {beads.slice(0, SHOWN).map((bead, i) => (
        <li key={i} data-channel={channelOf?.(bead.step)}>
          {nameOf(bead.step)}
          {bead.times > 1 && <b>×{bead.times}</b>}
        </li>
      ))}
      {beads.length > SHOWN && <li className="trace-more">{t("trace.more", { n: beads.length - SHOWN })}</li>}
    </ol>
  );
}
