// pictures/fold.ts - two flows on the same steps: what is a step of its own at a position is one in both, all else is "other".
import type { Flow, FlowLink, FlowNode } from "../api/types";

/** The steps of each position that are most frequent in either of two flows, the largest first. */
export function sharedSteps(flows: readonly Flow[], most: number): Map<number, string[]> {
  const shares = new Map<number, Map<string, number>>();
  for (const flow of flows)
    for (const { position, step, share } of flow.nodes) {
      if (step === undefined) continue;
      const at = shares.get(position) ?? new Map<string, number>();
      at.set(step, Math.max(at.get(step) ?? 0, share));
      shares.set(position, at);
    }
  return new Map([...shares].map(([position, at]) => [position, [...at].sort((a, b) => b[1] - a[1]).slice(0, most).map(([step]) => step)]));
}

/** The words by which the journeys at "other" are listed: none of the steps that stand there, as far as this flow knows them. */
function listOfOther(flow: Flow, position: number, kept: readonly string[]): string[] {
  const known = new Set(flow.nodes.filter((one) => one.position === position).map((one) => one.step));
  return kept.filter((step) => known.has(step)).flatMap((step) => ["--not-at", `${flow.direction === "backwards" ? -position : position}=${step}`]);
}

/** The same journeys, on these steps alone.  A journey is in one node of a position, so that journeys add up; customers do not, and
 *  are not told of what was put together.  The server's "other" goes into ours. */
export function foldFlow(flow: Flow, kept: ReadonlyMap<number, readonly string[]>): Flow {
  const total = Math.max(1, flow.journeys);
  const nodes: FlowNode[] = [];
  const numberOf = new Map<number, number>();
  for (const [position, steps] of [...kept].sort((a, b) => a[0] - b[0])) {
    const here = flow.nodes.filter((one) => one.position === position);
    for (const step of steps) {
      const own = here.find((one) => one.step === step);
      if (own) numberOf.set(own.node, nodes.length);
      nodes.push({ ...(own ?? { position, kind: "step", step, journeys: 0, customers: 0, share: 0, list: [] }), node: nodes.length });
    }
    const others = here.filter((one) => one.step === undefined || !steps.includes(one.step));
    for (const one of others) numberOf.set(one.node, nodes.length);
    const journeys = others.reduce((sum, one) => sum + one.journeys, 0);
    nodes.push({ node: nodes.length, position, kind: "other", journeys, share: journeys / total, list: listOfOther(flow, position, steps) });
  }
  const links = new Map<string, FlowLink>();
  for (const link of flow.links) {
    const from = numberOf.get(link.from);
    if (from === undefined) continue;
    const to = link.to === undefined ? undefined : numberOf.get(link.to);
    const kind = to === undefined ? link.kind : (nodes[to]?.kind ?? link.kind);
    const key = `${from} ${to ?? kind}`;
    const same = links.get(key);
    const isWhole = nodes[from]?.kind === "step" && kind !== "other";
    const list = isWhole ? link.list : [...(nodes[from]?.list ?? []), ...(to === undefined ? endOf(link.list, flow, link.from) : (nodes[to]?.list ?? []))];
    const told: FlowLink = isWhole ? { ...link, from, ...(to === undefined ? {} : { to }) } : { from, kind, ...(to === undefined ? {} : { to }), journeys: link.journeys, share: 0, list };
    if (same) same.journeys += link.journeys;
    else links.set(key, told);
  }
  return {
    ...flow, nodes,
    links: [...links.values()].map((one) => ({ ...one, share: one.journeys / Math.max(1, nodes[one.from]?.journeys ?? 1) })),
  };
}

/** What the server's list says besides the node that the link leaves: that nothing, or anything, comes behind. */
function endOf(list: readonly string[], flow: Flow, from: number): string[] {
  const node = flow.nodes.find((one) => one.node === from);
  return list.slice(node?.list.length ?? 0);
}
