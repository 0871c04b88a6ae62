// pictures/River.tsx - the map of what follows what.  A line is as thick as the customers who pass it are many; its colour
// tells the time it takes or what is lost; a dot before a step says that journeys begin there, behind it that they end.
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import type { JourneyMap, MapEdge, MapStep } from "../api/types";
import { useWords } from "../app/settings";
import { Waiting } from "../parts/States";
import { layOut, pathOf, type Box, type Laid, type Way } from "./layout";

export type Colour = "volume" | "time" | "loss";
export type Chosen = { kind: "step"; step: string } | { kind: "edge"; from: string; to: string } | null;

interface Props {
  map: JourneyMap;
  colour: Colour;
  /** Steps where one wanted to be: who stops there is no loss. */
  isGood?: (step: string) => boolean;
  /** Maps that lie side by side are laid out as one, so that the same step stands at the same place. */
  beside?: readonly JourneyMap[];
  nameOf: (step: string) => string;
  chosen: Chosen;
  onChoose: (chosen: Chosen) => void;
  /** A double click: everything about it.  By keyboard, the same stands beside what is chosen. */
  onOpen?: (chosen: NonNullable<Chosen>) => void;
  /** The picture of this map stands: what would have slowed it may be asked now. */
  onDrawn?: () => void;
  label: string;
}

const THICK_MAX = 22;
const DOUBLE_MS = 1500; // from the choice to the second click, also on a busy machine
const edgeId = (edge: { from: string; to: string }) => `${edge.from}\u0000${edge.to}`;

/** The busiest passage; a step that repeats itself is told by its number, not by a line. */
function mostOf(map: JourneyMap): number {
  return Math.max(1, ...map.edges.filter((edge) => edge.from !== edge.to).map((edge) => edge.customers));
}

/** Room for the name, and for "87 % s'y arrêtent" below it. */
function textWidth(text: string): number {
  return Math.min(230, Math.max(128, 26 + text.length * 7.6));
}

export const SLOW_S = [60, 14 * 86_400] as const;

/** 0 calm, 1 alarming: times on a logarithmic scale between a minute and two weeks. */
function slowness(seconds: number | undefined): number {
  const [calm, alarming] = SLOW_S;
  if (seconds === undefined || seconds <= calm) return 0;
  return Math.min(1, Math.log(seconds / calm) / Math.log(alarming / calm));
}

function heat(edge: MapEdge, colour: Colour, losses: Map<string, number>): number {
  if (colour === "time") return slowness(edge.median_s);
  if (colour === "loss") return losses.get(edge.to) ?? 0;
  return 0;
}

/** Of the journeys at a step, the share that goes no further; none where one wanted to be. */
function lossesOf(map: JourneyMap, isGood: (step: string) => boolean): Map<string, number> {
  const ends = new Map(map.end.map(({ step, count }) => [step, count]));
  return new Map(map.steps.map((one) => [one.step, one.journeys > 0 && !isGood(one.step) ? Math.min(1, (ends.get(one.step) ?? 0) / one.journeys) : 0]));
}

/** What is laid out: the same passages of the same customers lie the same, whatever else is told of them by now. */
function useLayout(map: JourneyMap, beside: readonly JourneyMap[] | undefined, nameOf: (step: string) => string): { laid: Laid | undefined; isLate: boolean } {
  const [laid, setLaid] = useState<{ asked: string; as: Laid }>();
  const asked = useMemo(() => {
    const maps = beside ?? [map];
    const seen = new Set(maps.flatMap((one) => one.edges.flatMap((edge) => [edge.from, edge.to])));
    const boxes = [...seen].map((id) => ({ id, width: textWidth(nameOf(id)), height: 46 }));
    const ways = new Map<string, Way>();
    for (const one of maps) {
      const most = mostOf(one);
      for (const edge of one.edges.filter(({ from, to }) => from !== to)) {
        const id = edgeId(edge);
        const thickness = Math.max(1, (edge.customers / most) * THICK_MAX, ways.get(id)?.thickness ?? 0);
        ways.set(id, { id, from: edge.from, to: edge.to, thickness });
      }
    }
    return JSON.stringify({ boxes, ways: [...ways.values()] });
  }, [map, beside, nameOf]);
  useEffect(() => {
    let isLate = false;
    const { boxes, ways } = JSON.parse(asked) as { boxes: Box[]; ways: Way[] };
    void layOut(boxes, ways).then((result) => {
      if (!isLate) setLaid({ asked, as: result });
    });
    return () => {
      isLate = true;
    };
  }, [asked]);
  return { laid: laid?.as, isLate: laid?.asked !== asked };
}

/** The first click chooses, and what opens beside the map moves it: the second may fall elsewhere, and means the same. */
function useDoubleClick(chosen: Chosen, onOpen: Props["onOpen"]) {
  const last = useRef<{ chosen: Chosen; at: number }>({ chosen: null, at: 0 });
  useEffect(() => {
    if (chosen !== null) last.current = { chosen, at: performance.now() };
  }, [chosen]);
  useEffect(() => {
    const open = () => {
      const { chosen: what, at } = last.current;
      if (what !== null && performance.now() - at < DOUBLE_MS) onOpen?.(what);
    };
    document.addEventListener("dblclick", open);
    return () => document.removeEventListener("dblclick", open);
  }, [onOpen]);
}

function Passage({
  edge, points, most, warm, isChosen, isFaded, title, onChoose,
}: {
  edge: MapEdge;
  points: { x: number; y: number }[];
  most: number;
  warm: number;
  isChosen: boolean;
  isFaded: boolean;
  title: string;
  onChoose: () => void;
}) {
  const width = Math.max(1.2, (edge.customers / most) * THICK_MAX);
  const path = pathOf(points);
  const last = points.at(-1);
  return (
    <g className="passage" data-chosen={isChosen} data-faded={isFaded} onClick={onChoose}>
      <title>{title}</title>
      <path className="passage-reach" d={path} />
      <path className="passage-line" d={path} strokeWidth={width} data-warm={Math.round(warm * 5)} />
      {last && width < 9 && <path className="passage-tip" d={`M${last.x - 6},${last.y - 4}L${last.x},${last.y}L${last.x - 6},${last.y + 4}`} />}
    </g>
  );
}

const nowhere = () => false;

export function River({ map, colour, isGood = nowhere, beside, nameOf, chosen, onChoose, onOpen, onDrawn, label }: Props) {
  const words = useWords();
  const { t } = words;
  const { laid, isLate } = useLayout(map, beside, nameOf);
  useEffect(() => {
    if (!isLate) onDrawn?.();
  }, [isLate, onDrawn]);
  const losses = useMemo(() => lossesOf(map, isGood), [map, isGood]);
  const starts = useMemo(() => new Map(map.start.map(({ step, count }) => [step, count])), [map]);
  const ends = useMemo(() => new Map(map.end.map(({ step, count }) => [step, count])), [map]);
  const [zoom, setZoom] = useState(1);
  useDoubleClick(chosen, onOpen);
  const scroll = useRef<HTMLDivElement>(null);

  if (!laid) return <Waiting rows={9} />;
  const most = mostOf(map);
  const mostEnds = Math.max(1, ...map.start.map((one) => one.count), ...map.end.map((one) => one.count));
  const shownSteps = map.steps.filter((one) => laid.boxes[one.step]);
  const isChosenStep = (step: string) => chosen?.kind === "step" && chosen.step === step;
  const touches = (edge: MapEdge) =>
    chosen === null ||
    (chosen.kind === "step" ? edge.from === chosen.step || edge.to === chosen.step : edge.from === chosen.from && edge.to === chosen.to);
  const describe = (edge: MapEdge) =>
    t("river.edge", { from: nameOf(edge.from), to: nameOf(edge.to), n: edge.count, people: edge.customers, time: words.span(edge.median_s) });
  const dot = (count: number | undefined) => (count ? 3 + 9 * Math.sqrt(count / mostEnds) : 0);
  const onKey = (event: KeyboardEvent, step: string) => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      onChoose(isChosenStep(step) ? null : { kind: "step", step });
    }
  };
  const stepLabel = (one: MapStep) => t("river.step", { name: nameOf(one.step), n: one.count, people: one.customers });
  const margin = 26;
  return (
    <div className="river">
      <div className="river-scroll" ref={scroll} tabIndex={0} role="region" aria-label={label}>
        <svg
          data-picture
          viewBox={`${-margin} 0 ${laid.width + 2 * margin} ${laid.height}`}
          width={(laid.width + 2 * margin) * zoom}
          data-fit={zoom === 1}
          role="group"
          aria-label={label}
        >
          <rect className="river-ground" x={-margin} width={laid.width + 2 * margin} height={laid.height} onClick={() => onChoose(null)} />
          {map.edges
            .filter((edge) => edge.from !== edge.to)
            .map((edge) => (
              <Passage
                key={edgeId(edge)}
                edge={edge}
                points={laid.ways[edgeId(edge)] ?? []}
                most={most}
                warm={heat(edge, colour, losses)}
                isChosen={chosen?.kind === "edge" && touches(edge)}
                isFaded={!touches(edge)}
                title={describe(edge)}
                onChoose={() => onChoose({ kind: "edge", from: edge.from, to: edge.to })}
              />
            ))}
          {shownSteps.map((one) => {
            const box = laid.boxes[one.step];
            if (!box) return null;
            const middle = box.y + box.height / 2;
            const loss = losses.get(one.step) ?? 0;
            return (
              <g
                key={one.step}
                className="station"
                data-chosen={isChosenStep(one.step)}
                tabIndex={0}
                role="button"
                aria-pressed={isChosenStep(one.step)}
                onClick={() => onChoose(isChosenStep(one.step) ? null : { kind: "step", step: one.step })}
                onKeyDown={(event) => onKey(event, one.step)}
              >
                <title>{stepLabel(one)}</title>
                {starts.has(one.step) && <circle className="begins" cx={box.x - 12} cy={middle} r={dot(starts.get(one.step))} />}
                {ends.has(one.step) && <circle className="ends" cx={box.x + box.width + 12} cy={middle} r={dot(ends.get(one.step))} />}
                <rect className="station-box" {...box} rx={6} data-warm={colour === "loss" ? Math.round(loss * 5) : undefined} />
                <text className="station-name" x={box.x + box.width / 2} y={box.y + 19} textAnchor="middle">
                  {nameOf(one.step).length > 28 ? `${nameOf(one.step).slice(0, 27)}…` : nameOf(one.step)}
                </text>
                <text className="station-count" x={box.x + box.width / 2} y={box.y + 36} textAnchor="middle">
                  {colour === "loss" && loss > 0 ? t("river.lost", { share: words.percent(loss, 0) }) : words.number(one.count)}
                  {one.self_loops > 0 && colour !== "loss" ? `  ↻ ${words.number(one.self_loops)}` : ""}
                </text>
              </g>
            );
          })}
          {map.edges
            .filter((edge) => edge.from !== edge.to && (edge.customers / most > 0.12 || (chosen !== null && touches(edge))))
            .map((edge) => {
              const points = laid.ways[edgeId(edge)] ?? [];
              const at = points[Math.floor(points.length / 2)];
              if (!at) return null;
              return (
                <text key={edgeId(edge)} className="passage-count" x={at.x} y={at.y - 4} textAnchor="middle" data-faded={!touches(edge)}>
                  {colour === "time" ? words.span(edge.median_s) : words.number(edge.customers)}
                </text>
              );
            })}
        </svg>
      </div>
      <div className="river-zoom" role="group" aria-label={t("river.zoom")}>
        <button type="button" onClick={() => setZoom((z) => Math.min(3, z * 1.25))} aria-label={t("river.closer")}>+</button>
        <button type="button" onClick={() => setZoom(1)} aria-label={t("river.whole")}>⤢</button>
        <button type="button" onClick={() => setZoom((z) => Math.max(0.4, z / 1.25))} aria-label={t("river.farther")}>−</button>
      </div>
    </div>
  );
}
