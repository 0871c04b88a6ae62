// pictures/Flow.tsx - where journeys go, position by position: ribbons as thick as the journeys they carry.
import { sankey, sankeyLinkHorizontal, type SankeyLink, type SankeyNode } from "d3-sankey";
import { useMemo, useState } from "react";
import type { Flow as Answer, FlowLink, FlowNode } from "../api/types";
import { useWords } from "../app/settings";
import type { Words } from "../words";

export type FlowChoice = { kind: "node"; node: number } | { kind: "link"; link: number } | null;

interface Node {
  id: string;
  node?: FlowNode;
  isEnd: boolean;
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

const [COLUMN_LEAST, COLUMN_MOST] = [200, 236];
const FRAME = 1100; // of a laptop's page: what fits is not scrolled
const BAR = 12;
const LAST = 230; // room for the words behind the last column

/** Backwards, what is left of the first step is the journey's beginning. */
export function endName({ direction }: Answer, isFurther: boolean, { t }: Words): string {
  if (direction === "backwards") return t(isFurther ? "flow.earlier" : "flow.begin");
  return t(isFurther ? "flow.further" : "flow.end");
}

/** The ends of a position are one node behind it: so nothing gets lost from the picture. */
function lay(answer: Answer, height: number) {
  const nodes: Node[] = answer.nodes.filter((one) => one.journeys > 0).map((node) => ({ id: String(node.node), node, isEnd: false }));
  const positionOf = new Map(answer.nodes.map((one) => [one.node, one.position]));
  const ends = new Set<string>();
  const links: Link[] = answer.links
    .map((link, index) => ({ link, index }))
    .filter(({ link }) => link.journeys > 0)
    .map(({ link, index }) => {
      const isEnd = link.to === undefined;
      const target = isEnd ? `${link.kind}${(positionOf.get(link.from) ?? 0) + 1}` : String(link.to);
      if (isEnd && !ends.has(target)) {
        ends.add(target);
        nodes.push({ id: target, isEnd: true });
      }
      return { source: String(link.from), target, value: link.journeys, index, link };
    });
  const positions = Math.max(1, ...answer.nodes.map((one) => one.position)) + 1;
  const gaps = Math.max(1, positions - 1);
  const width = gaps * Math.max(COLUMN_LEAST, Math.min(COLUMN_MOST, (FRAME - LAST) / gaps)) + LAST;
  const graph = sankey<Node, Link>()
    .nodeId((one) => one.id)
    .nodeAlign((one) => (one.node ? one.node.position - 1 : Number(/\d+$/.exec(one.id)?.[0] ?? 1) - 1))
    .nodeWidth(BAR)
    .nodePadding(26)
    .nodeSort((a, b) => Number(a.isEnd) - Number(b.isEnd) || (b.value ?? 0) - (a.value ?? 0))
    .extent([
      [4, 12],
      [width - LAST, height - 12],
    ]);
  return { ...graph({ nodes, links }), width };
}

export function Flow({
  answer,
  nameOf,
  chosen,
  onChoose,
}: {
  answer: Answer;
  nameOf: (step: string) => string;
  chosen: FlowChoice;
  onChoose: (choice: FlowChoice) => void;
}) {
  const words = useWords();
  const { t } = words;
  const perPosition = Math.max(1, ...Object.values(answer.nodes.reduce<Record<number, number>>((sum, one) => ({ ...sum, [one.position]: (sum[one.position] ?? 0) + 1 }), {})));
  const height = Math.max(360, (perPosition + 1) * 58);
  const laid = useMemo(() => lay(answer, height), [answer, height]);
  const [over, setOver] = useState<number | null>(null);
  const path = sankeyLinkHorizontal<Node, Link>();
  const label = (one: LaidNode) =>
    one.node ? (one.node.kind === "other" ? t("flow.other") : nameOf(one.node.step ?? "")) : endName(answer, one.id.startsWith("further"), words);
  const short = (text: string) => (text.length > 21 ? `${text.slice(0, 20)}…` : text);
  const isLit = (one: LaidLink) =>
    chosen === null ? over === one.index : chosen.kind === "link" ? chosen.link === one.index : (one.source as LaidNode).id === String(chosen.node) || (one.target as LaidNode).id === String(chosen.node);
  return (
    <div className="flow" tabIndex={0} role="region" aria-label={t("tab.flow")}>
      <svg data-picture viewBox={`0 0 ${laid.width} ${height}`} width={laid.width} role="group" aria-label={t("tab.flow")}>
        {laid.links.map((one) => (
          <path
            key={one.index}
            className="ribbon"
            d={path(one) ?? ""}
            strokeWidth={Math.max(1, one.width ?? 1)}
            data-lit={isLit(one)}
            data-ends={(one.target as LaidNode).isEnd}
            onMouseEnter={() => setOver(one.index)}
            onMouseLeave={() => setOver(null)}
            onClick={() => onChoose({ kind: "link", link: one.index })}
          >
            <title>{t("flow.link", { from: label(one.source as LaidNode), to: label(one.target as LaidNode), n: one.value })}</title>
          </path>
        ))}
        {laid.nodes.map((one) => {
          const { x0 = 0, x1 = 0, y0 = 0, y1 = 0 } = one;
          const isChosen = chosen?.kind === "node" && String(chosen.node) === one.id;
          const choose = () => one.node && onChoose(isChosen ? null : { kind: "node", node: one.node.node });
          return (
            <g
              key={one.id}
              className="flow-node"
              data-ends={one.isEnd}
              data-chosen={isChosen}
              {...(one.node
                ? {
                    role: "button",
                    tabIndex: 0,
                    "aria-pressed": isChosen,
                    onClick: choose,
                    onKeyDown: (event: React.KeyboardEvent) => (event.key === "Enter" || event.key === " ") && (event.preventDefault(), choose()),
                  }
                : {})}
            >
              <title>{t("flow.node", { name: label(one), n: one.value ?? 0 })}</title>
              <rect x={x0} y={y0} width={x1 - x0} height={Math.max(2, y1 - y0)} />
              <text x={x1 + 7} y={(y0 + y1) / 2 + 4}>
                {short(label(one))}
                <tspan className="flow-count" dx={7}>{words.number(one.value ?? 0)}</tspan>
              </text>
            </g>
          );
        })}
      </svg>
    </div>
  );
}
