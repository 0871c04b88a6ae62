// pictures/Flow.tsx - where journeys go, position by position: ribbons as thick as the journeys they carry.  As many positions as
// the page has room for; the others are a press of a button away, and nothing of a label is cut.
import { sankey, sankeyLinkHorizontal, type SankeyLink, type SankeyNode } from "d3-sankey";
import { useMemo, useState } from "react";
import type { Flow as Answer, FlowLink, FlowNode } from "../api/types";
import { useWords } from "../app/settings";
import { useWidth } from "../parts/width";
import type { Words } from "../words";
import { wrapped } from "./wrap";

export type FlowChoice = { kind: "node"; node: number } | { kind: "link"; link: number } | null;

interface Node {
  id: string;
  position: number;
  node?: FlowNode;
  fixedValue: number;
  lines: readonly string[];
}
interface Link {
  source: string;
  target: string;
  value: number;
  index: number;
  link: FlowLink;
}
type LaidNode = SankeyNode<Node, Link>;
type LaidLink = SankeyLink<Node, Link>;

const COLUMN_LEAST = 148;
const COLUMN_MOST = 236;
const BAR = 12;
const LABEL_GAP = 7;
const LETTER = 7.1; // of a bold label, in the middle
const LINE = 15;

/** Backwards, what is left of the first step is the journey's beginning. */
export function endName({ direction }: Answer, isFurther: boolean, { t }: Words): string {
  if (direction === "backwards") return t(isFurther ? "flow.earlier" : "flow.begin");
  return t(isFurther ? "flow.further" : "flow.end");
}

/** How many positions, the one behind the last included, stand side by side in that width. */
function columnsIn(width: number, all: number): number {
  return Math.max(2, Math.min(all, Math.floor(width / COLUMN_LEAST)));
}

/** The ends of a position are one node behind it: so nothing gets lost from the picture. */
function lay(answer: Answer, width: number, first: number, columns: number, nameOf: (node: Omit<Node, "lines">) => string) {
  const last = first + columns - 1;
  const pitch = Math.min(COLUMN_MOST, width / columns);
  const letters = Math.floor((pitch - BAR - 2 * LABEL_GAP) / LETTER);
  const nodes: Node[] = [];
  const add = (node: Omit<Node, "lines">) => nodes.push({ ...node, lines: wrapped(nameOf(node), letters) });
  for (const node of answer.nodes)
    if (node.position >= first && node.position <= last) add({ id: String(node.node), position: node.position, node, fixedValue: node.journeys });
  const positionOf = new Map(answer.nodes.map((one) => [one.node, one.position]));
  const ends = new Map<string, Omit<Node, "lines">>();
  const links: Link[] = [];
  answer.links.forEach((link, index) => {
    const from = positionOf.get(link.from) ?? 0;
    if (from < first || from + 1 > last || link.journeys === 0) return;
    const target = link.to === undefined ? `${link.kind}${from + 1}` : String(link.to);
    if (link.to === undefined) {
      const end = ends.get(target) ?? { id: target, position: from + 1, fixedValue: 0 };
      ends.set(target, { ...end, fixedValue: end.fixedValue + link.journeys });
    }
    links.push({ source: String(link.from), target, value: link.journeys, index, link });
  });
  for (const end of ends.values()) add(end);
  const most = Math.max(1, ...nodes.map((one) => one.lines.length)) + 1; // and the number below
  const perColumn = Math.max(1, ...Array.from({ length: columns }, (_, i) => nodes.filter((one) => one.position === first + i).length));
  const padding = most * LINE + 4;
  const height = Math.max(340, perColumn * (padding + 14));
  const order = new Map(answer.nodes.map((one, i) => [String(one.node), i]));
  const graph = sankey<Node, Link>()
    .nodeId((one) => one.id)
    .nodeAlign((one) => one.position - first)
    .nodeWidth(BAR)
    .nodePadding(padding)
    .nodeSort((a, b) => (order.get(a.id) ?? 1e6) - (order.get(b.id) ?? 1e6) || a.id.localeCompare(b.id))
    .extent([[4, most * LINE * 0.5], [4 + (columns - 1) * pitch + BAR, height - most * LINE * 0.5]]);
  return { ...graph({ nodes, links }), width: Math.max(width, 4 + columns * pitch), height };
}

function Window({ first, columns, all, onMove }: { first: number; columns: number; all: number; onMove: (first: number) => void }) {
  const { t } = useWords();
  if (columns >= all) return null;
  return (
    <div className="flow-window">
      <button type="button" className="button" disabled={first === 1} onClick={() => onMove(Math.max(1, first - 1))}>{t("flow.earlier_steps")}</button>
      <span>{t("flow.steps_shown", { from: first, to: first + columns - 1, n: all })}</span>
      <button type="button" className="button" disabled={first + columns > all} onClick={() => onMove(first + 1)}>{t("flow.later_steps")}</button>
    </div>
  );
}

export function Flow({
  answer,
  nameOf,
  chosen,
  onChoose,
  asShares = false,
  first: wanted,
  onMove,
  label: title,
}: {
  answer: Answer;
  nameOf: (step: string) => string;
  chosen: FlowChoice;
  onChoose: (choice: FlowChoice) => void;
  /** Beside another flow, numbers say less than shares. */
  asShares?: boolean;
  /** The position that stands leftmost where not all have room; those that stand side by side move together. */
  first: number;
  onMove: (first: number) => void;
  label: string;
}) {
  const words = useWords();
  const { t } = words;
  const { ref, width } = useWidth();
  const [over, setOver] = useState<number | null>(null);
  const all = Math.max(1, ...answer.nodes.filter((one) => one.journeys > 0).map((one) => one.position)) + 1;
  const columns = columnsIn(width, all);
  const first = Math.min(wanted, all - columns + 1);
  const name = (one: Omit<Node, "lines">) =>
    one.node ? (one.node.kind === "other" ? t("flow.other") : nameOf(one.node.step ?? "")) : endName(answer, one.id.startsWith("further"), words);
  const laid = useMemo(() => (width > 0 ? lay(answer, width, first, columns, name) : undefined), [answer, width, first, columns, nameOf, words]);
  const path = sankeyLinkHorizontal<Node, Link>();
  const isLit = (one: LaidLink) =>
    chosen === null ? over === one.index : chosen.kind === "link" ? chosen.link === one.index : (one.source as LaidNode).id === String(chosen.node) || (one.target as LaidNode).id === String(chosen.node);
  const count = (one: LaidNode) => (asShares ? words.percent((one.value ?? 0) / Math.max(1, answer.journeys), 1) : words.number(one.value ?? 0));
  return (
    <div className="flow" ref={ref}>
      {laid && (
        <svg data-picture viewBox={`0 0 ${laid.width} ${laid.height}`} width={laid.width} height={laid.height} role="group" aria-label={title}>
          {laid.links.map((one) => (
            <path
              key={one.index}
              className="ribbon"
              d={path(one) ?? ""}
              strokeWidth={Math.max(1, one.width ?? 1)}
              data-lit={isLit(one)}
              data-ends={(one.target as LaidNode).node === undefined}
              onMouseEnter={() => setOver(one.index)}
              onMouseLeave={() => setOver(null)}
              onClick={() => onChoose({ kind: "link", link: one.index })}
            >
              <title>{t("flow.link", { from: name(one.source as LaidNode), to: name(one.target as LaidNode), n: one.value })}</title>
            </path>
          ))}
          {laid.nodes.map((one) => {
            const { x0 = 0, x1 = 0, y0 = 0, y1 = 0, node } = one;
            const isEmpty = (one.value ?? 0) === 0;
            const isChosen = chosen?.kind === "node" && String(chosen.node) === one.id;
            const choose = () => node && onChoose(isChosen ? null : { kind: "node", node: node.node });
            const top = (y0 + y1) / 2 - (one.lines.length * LINE) / 2 + 4;
            return (
              <g
                key={one.id}
                className="flow-node"
                data-ends={node === undefined || isEmpty}
                data-chosen={isChosen}
                {...(node && !isEmpty
                  ? {
                      role: "button",
                      tabIndex: 0,
                      "aria-pressed": isChosen,
                      onClick: choose,
                      onKeyDown: (event: React.KeyboardEvent) => (event.key === "Enter" || event.key === " ") && (event.preventDefault(), choose()),
                    }
                  : {})}
              >
                <title>{t("flow.node", { name: name(one), n: one.value ?? 0 })}</title>
                <rect x={x0} y={y0} width={x1 - x0} height={Math.max(2, y1 - y0)} />
                <text>
                  {one.lines.map((line, i) => <tspan key={i} x={x1 + LABEL_GAP} y={top + i * LINE}>{line}</tspan>)}
                  <tspan className="flow-count" x={x1 + LABEL_GAP} y={top + one.lines.length * LINE}>{count(one)}</tspan>
                </text>
              </g>
            );
          })}
        </svg>
      )}
      <Window first={first} columns={columns} all={all} onMove={onMove} />
    </div>
  );
}
