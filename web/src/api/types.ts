// api/types.ts - what the server answers; the shapes of docs/schemas.

export interface Standing {
  epoch: number;
  as_of: string;
}

export interface Times {
  mean_s?: number;
  median_s?: number;
  p90_s?: number;
}

export interface Outcomes {
  success: number;
  failure: number;
  ended: number;
  open: number;
}

export type Outcome = keyof Outcomes;

export interface MapEdge extends Times {
  from: string;
  to: string;
  count: number;
  customers: number;
  share: number;
}

export interface MapStep extends Times {
  step: string;
  count: number;
  customers: number;
  journeys: number;
  share: number;
  self_loops: number;
  returns: number;
  hidden_in: number;
  hidden_out: number;
}

export interface StepCount {
  step: string;
  count: number;
}

export interface JourneyMap extends Standing {
  customers: number;
  journeys: number;
  events: number;
  outcomes: Outcomes;
  edges: MapEdge[];
  hidden: { edges: number; count: number; share: number };
  steps: MapStep[];
  start: StepCount[];
  end: StepCount[];
}

export interface Variant extends Times {
  steps: string[];
  count: number;
  customers: number;
  share: number;
  outcomes: Outcomes;
}

export interface Variants extends Standing {
  customers: number;
  journeys: number;
  distinct: number;
  variants: Variant[];
  rest: { variants: number; count: number };
}

export interface FunnelStep extends Times {
  step: string;
  journeys: number;
  customers: number;
  share: number;
  from_previous: number;
}

export interface Funnel extends Standing {
  customers: number;
  journeys: number;
  steps: FunnelStep[];
  whole: Times;
}

export interface ListedJourney {
  customer: string;
  name?: string;
  first: string;
  last: string;
  outcome: Outcome;
  /** How many steps it has. */
  length: number;
  steps: string[];
}

export interface JourneyList extends Standing {
  customers: number;
  journeys: number;
  list: ListedJourney[];
}

export interface Identifier {
  type: string;
  value: string;
  verified: boolean;
  events: number;
  first_time: string | null;
  last_time: string | null;
}

export interface Trait {
  key: string;
  value: Json;
  source: string;
  since: string;
}

export interface Customer extends Standing {
  volatile_id: number;
  name: string | null;
  events: number;
  first_time: string | null;
  last_time: string | null;
  identifiers: Identifier[];
  channels: { channel: string; events: number; first_time: string | null; last_time: string | null }[];
  traits: Trait[];
  /** The last events in brief, the oldest of them first. */
  last?: Brief[];
}

/** What a screen shows at once: neither what was said nor what distinguishes the event. */
export type Brief = Pick<EventRecord, "time" | "source" | "channel" | "activity" | "interaction" | "case" | "actor">;

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

export interface EventRecord {
  time: string;
  source: string;
  message_id: string;
  channel: string;
  activity: string;
  interaction?: string;
  case?: string;
  actor?: string;
  text?: string;
  identifiers?: { type: string; value: string; raw?: string }[];
  attributes?: { [key: string]: Json };
}

export interface Status {
  events: number;
  customers: number;
  identifiers: number;
  entities: number;
  first_time: string | null;
  last_time: string | null;
  epoch: number;
  journal_bytes: number;
  damaged_records: number;
  attributes: {
    keys: number;
    values: number;
    not_indexed: number;
    over_budget: { source: string; not_indexed: number }[];
  };
  health: "good" | "damaged";
}

export interface FlowNode {
  node: number;
  position: number;
  kind: "step" | "other";
  step?: string;
  journeys: number;
  /** Not of steps put together: who has several journeys may be at each of them. */
  customers?: number;
  share: number;
  list: string[];
}

export interface FlowLink {
  from: number;
  kind: "step" | "other" | "end" | "further";
  to?: number;
  journeys: number;
  customers?: number;
  share: number;
  mean_s?: number;
  list: string[];
}

export interface Flow extends Standing {
  customers: number;
  journeys: number;
  direction: "forwards" | "backwards";
  depth: number;
  nodes: FlowNode[];
  links: FlowLink[];
}

export interface Interval {
  value: number | null;
  low: number | null;
  high: number | null;
}

export interface CommonTrait {
  kind: string;
  name?: string;
  value?: Json;
  says: string;
}

export interface Driver {
  traits: CommonTrait[];
  with: number;
  with_suffered: number;
  without: number;
  without_suffered: number;
  customers: number;
  share_with: Interval;
  share_without: Interval;
  difference: Interval;
  odds_ratio: Interval;
  excess: Interval;
  excess_cost: Interval;
  q: number | null;
  explained: boolean;
  adjusted?: { odds_ratio: Interval; for?: CommonTrait[]; for_all_of?: string };
}

/** At "instead", `at` could have come and `to` came. */
export interface FrictionPlace {
  kind: "next" | "later" | "leave" | "return" | "instead" | "wait" | "outcome";
  at: string[];
  to?: string[];
  within_s?: number;
  /** The same step sooner than this is one visit. */
  visit_s?: number;
  outcomes?: Outcome[];
  /** Asked of the occasion alone, not of the customer's past. */
  own?: boolean;
}

export interface Metric {
  metric: string;
  kind: "share" | "mean" | "time";
  title: { fr: string; en: string };
  rule: { fr: string; en: string };
}

export interface MetricFigure {
  metric: string;
  period?: string;
  value?: string | null;
  numerator: number;
  denominator: number;
  pending: number;
  figure?: number;
  low?: number;
  high?: number;
  median_s?: number;
  p90_s?: number;
}

export interface Metrics extends Standing {
  /** By which it was counted: docs/metrics.md. */
  document: object;
  customers: number;
  journeys?: number;
  contacts: number;
  visits: number;
  metrics: Metric[];
  figures: MetricFigure[];
}

export interface ExplainedStep {
  a: string;
  b: string;
  fate: "joins" | "refused-by-decision" | "refused-by-limit" | "no-link";
  by: "events" | "decision";
  sequence: number;
  events?: number;
  first_time?: string;
  source?: string;
  actor?: string;
  because?: string;
  received?: string;
}

export interface Explained {
  a: string;
  b: string;
  together: boolean;
  steps: ExplainedStep[];
  more: number;
}
