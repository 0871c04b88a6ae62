// api/types.ts - names for what the server answers, as the OpenAPI document has it.
import type { Schema, With } from "./paths";

export type JourneyMap = Schema<"journey-map">;
export type MapEdge = JourneyMap["edges"][number];
export type MapStep = JourneyMap["steps"][number];
export type Outcomes = JourneyMap["outcomes"];
export type Outcome = keyof Outcomes;
export type Times = Pick<MapEdge, "mean_s" | "median_s" | "p90_s">;

export type Variants = Schema<"journey-variants">;
export type Variant = Variants["variants"][number];

export type Funnel = With<Schema<"journey-funnel">, "steps" | "whole">;
export type FunnelStep = Funnel["steps"][number];

export type JourneyList = Schema<"journey-list">;
export type ListedJourney = JourneyList["list"][number];

export type Customer = Schema<"customer">;
export type Identifier = Customer["identifiers"][number];
export type Trait = Customer["traits"][number];
/** What a screen shows at once: neither what was said nor what distinguishes the event. */
export type Brief = NonNullable<Customer["last"]>[number];

export type EventRecord = Schema<"event">;
/** Any; the generator makes no type of a schema that names itself. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

export type Status = Schema<"status">;

type Together<Part extends { customers: number }> = Omit<Part, "customers"> & Partial<Pick<Part, "customers">>;
/** Of steps put together it is not told how many customers there are: who has several journeys may be at each of them. */
export type FlowNode = Together<Schema<"journey-flow">["nodes"][number]>;
export type FlowLink = Together<Schema<"journey-flow">["links"][number]>;
export type Flow = Omit<Schema<"journey-flow">, "nodes" | "links"> & { nodes: FlowNode[]; links: FlowLink[] };

export type Drivers = Schema<"journey-drivers">;
export type Driver = NonNullable<Drivers["drivers"]>[number];
export type CommonTrait = Driver["traits"][number];
export type Interval = Drivers["share"];
export type Sufferer = NonNullable<Drivers["list"]>[number];

export type Frictions = With<Schema<"journey-frictions">, "frictions" | "places">;
export type Friction = Frictions["frictions"][number];
/** What the same customers meet there, seen closer: it adds nothing to the sum. */
export type FrictionVariant = Friction["variants"][number];
/** At "instead", `at` could have come and `to` came.  `own`: asked of the occasion alone, not of the customer's past. */
export type FrictionPlace = Drivers["friction"] & { own?: boolean };

/** What is asked for figures, not for a list, brings. */
export const FIGURES = ["metrics", "figures", "contacts", "visits", "document"] as const;
export type Metrics = With<Schema<"journey-metrics">, (typeof FIGURES)[number]>;
export type Metric = Metrics["metrics"][number];
export type MetricFigure = Metrics["figures"][number];

export type Explained = Schema<"identity-explain">;
export type ExplainedStep = Explained["steps"][number];
