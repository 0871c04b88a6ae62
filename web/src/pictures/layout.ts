// pictures/layout.ts - where steps and passages stand: elk's layered layout, in a worker, loaded when needed.
import type { ElkNode, ELK } from "elkjs/lib/elk-api";
import workerUrl from "elkjs/lib/elk-worker.min.js?url";

export interface Box {
  id: string;
  width: number;
  height: number;
}

export interface Way {
  id: string;
  from: string;
  to: string;
  thickness: number;
}

export interface Laid {
  width: number;
  height: number;
  boxes: Record<string, { x: number; y: number; width: number; height: number }>;
  ways: Record<string, { x: number; y: number }[]>;
}

let engine: Promise<ELK> | undefined;

function elk(): Promise<ELK> {
  engine ??= import("elkjs/lib/elk-api").then(
    ({ default: Elk }) => new Elk({ workerFactory: () => new Worker(workerUrl) }),
  );
  return engine;
}

/** Few lines are laid out with care, many at once. */
const CAREFUL_WAYS_MAX = 30;

/** Maps that were just looked at: going back to one draws it at once. */
const KEPT_MAX = 12;
const kept = new Map<string, Promise<Laid>>();

export function layOut(boxes: readonly Box[], ways: readonly Way[]): Promise<Laid> {
  const asked = JSON.stringify([boxes, ways]);
  const told = kept.get(asked) ?? layOutAnew(boxes, ways);
  kept.delete(asked);
  kept.set(asked, told);
  told.catch(() => kept.delete(asked));
  for (const oldest of kept.keys()) {
    if (kept.size <= KEPT_MAX) break;
    kept.delete(oldest);
  }
  return told;
}

async function layOutAnew(boxes: readonly Box[], ways: readonly Way[]): Promise<Laid> {
  const graph: ElkNode = {
    id: "all",
    layoutOptions: {
      "elk.algorithm": "layered",
      "elk.direction": "RIGHT",
      "elk.edgeRouting": "SPLINES",
      "elk.layered.spacing.nodeNodeBetweenLayers": "92",
      "elk.spacing.nodeNode": "30",
      "elk.spacing.edgeNode": "22",
      "elk.spacing.edgeEdge": "12",
      "elk.layered.spacing.edgeNodeBetweenLayers": "28",
      "elk.layered.spacing.edgeEdgeBetweenLayers": "14",
      "elk.layered.nodePlacement.strategy": ways.length > CAREFUL_WAYS_MAX ? "BRANDES_KOEPF" : "NETWORK_SIMPLEX",
      "elk.layered.crossingMinimization.semiInteractive": "false",
      "elk.layered.thoroughness": ways.length > CAREFUL_WAYS_MAX ? "3" : "20",
      "elk.layered.feedbackEdges": "true",
      "elk.padding": "[top=16,left=16,bottom=16,right=16]",
    },
    children: boxes.map(({ id, width, height }) => ({ id, width, height })),
    edges: ways.map(({ id, from, to, thickness }) => ({
      id,
      sources: [from],
      targets: [to],
      layoutOptions: { "elk.edge.thickness": String(thickness), "elk.priority": String(Math.round(thickness)) },
    })),
  };
  const laid = await (await elk()).layout(graph);
  const result: Laid = { width: laid.width ?? 0, height: laid.height ?? 0, boxes: {}, ways: {} };
  for (const { id, x = 0, y = 0, width = 0, height = 0 } of laid.children ?? []) result.boxes[id] = { x, y, width, height };
  for (const edge of laid.edges ?? []) {
    const section = edge.sections?.[0];
    if (section) result.ways[edge.id] = [section.startPoint, ...(section.bendPoints ?? []), section.endPoint];
  }
  return result;
}

const WARMING_AFTER_MS = 400; // what one has just asked for comes first
let isWarm = false;

/** Before anybody asks for a map: to fetch and compile the layout's program takes the browser longer than any layout.  A made-up
 *  map of usual size, in the worker, once; who never looks at a map has lost nothing that he waited for. */
export function warmUp(): () => void {
  const many = 24;
  const boxes = Array.from({ length: many }, (_, i) => ({ id: String(i), width: 120, height: 46 }));
  const ways = Array.from({ length: 2 * many }, (_, i) => ({ id: `way ${i}`, from: String(i % many), to: String((i * 7 + 5) % many), thickness: 1 }));
  const timer = window.setTimeout(() => {
    if (!isWarm) void layOut(boxes, ways.filter(({ from, to }) => from !== to)).catch(() => (isWarm = false));
    isWarm = true;
  }, WARMING_AFTER_MS);
  return () => window.clearTimeout(timer);
}

/** Elk's spline: a start, then triples of control, control, point; what is left over is straight. */
export function pathOf(points: readonly { x: number; y: number }[]): string {
  const [first, ...rest] = points;
  if (!first) return "";
  let path = `M${first.x},${first.y}`;
  let i = 0;
  for (; i + 2 < rest.length; i += 3)
    path += `C${rest.slice(i, i + 3).map(({ x, y }) => `${x},${y}`).join(" ")}`;
  for (; i < rest.length; i++) path += `L${rest[i]?.x},${rest[i]?.y}`;
  return path;
}
