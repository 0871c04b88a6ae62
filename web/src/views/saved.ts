// views/saved.ts - what people saved on the server: journey definitions that they drew, which are analyses like the
// ready-made ones, and addresses that show what they looked at.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { askLines, tell } from "../api/client";
import { viewOf, type View, type ViewStep } from "./views";
import type { Schema } from "../api/paths";

/** A journey definition, as docs/formats/journey-definition.md says: the part of it that the editor draws. */
export interface Definition {
  version: 1;
  name?: string;
  description?: string;
  steps: { name: string; events: ViewStep["events"]; cost?: number }[];
  repeats?: "keep" | "merge";
  by?: string;
  start?: string | string[];
  restart?: boolean;
  goal?: string | string[];
  failure?: string | string[];
  gap?: string;
  window?: string;
  [other: string]: unknown;
}

export type SavedRow = Schema<"view">;

export type Saved = SavedRow & ({ kind: "definition"; definition: Definition } | { kind: "address"; path: string } | { kind: "metrics"; metrics: object } | { kind: "other" });

export const SAVED = "saved:"; // before the name of a saved analysis, where the address names the analysis

function read(row: SavedRow): Saved {
  try {
    const document = JSON.parse(row.document) as { kind?: string; definition?: Definition; path?: string; metrics?: object };
    if (document.kind === "definition" && Array.isArray(document.definition?.steps)) return { ...row, kind: "definition", definition: document.definition };
    if (document.kind === "metrics" && typeof document.metrics === "object") return { ...row, kind: "metrics", metrics: document.metrics };
    if (document.kind === "address" && typeof document.path === "string" && /^\/(?!\/)/.test(document.path)) return { ...row, kind: "address", path: document.path };
  } catch {
    // saved by another program
  }
  return { ...row, kind: "other" };
}

export function useSaved(): { saved: readonly Saved[]; isPending: boolean } {
  const rows = useQuery({ queryKey: ["views"], queryFn: ({ signal }) => askLines("views", {}, signal), retry: false });
  return { saved: (rows.data ?? []).map(read), isPending: rows.isPending };
}

export function useSaving(): (name: string, document: object) => Promise<void> {
  const client = useQueryClient();
  return async (name, document) => {
    await tell("post", `views/${encodeURIComponent(name)}`, { document: JSON.stringify(document) });
    await client.invalidateQueries({ queryKey: ["views"] });
  };
}

export function useRemoving(): (name: string) => Promise<void> {
  const client = useQueryClient();
  return async (name) => {
    await tell("delete", `views/${encodeURIComponent(name)}`);
    await client.invalidateQueries({ queryKey: ["views"] });
  };
}

const list = (names: string | readonly string[] | undefined): string[] => (names === undefined ? [] : typeof names === "string" ? [names] : [...names]);

/** The channel by which a step is owned: the one its events name, if they name one. */
function channelOf(events: ViewStep["events"]): string {
  const first = Array.isArray(events) ? events[0] : events;
  const channel = typeof first === "object" && first !== null && "channel" in first ? first.channel : undefined;
  return typeof channel === "string" ? channel : (channel?.[0] ?? "");
}

export function viewFrom(name: string, definition: Definition): View {
  const words = { name, about: definition.description ?? "" };
  const { goal, failure, start, gap, window, by } = definition;
  const rules = { ...(goal ? { goal: list(goal) } : {}), ...(failure ? { failure: list(failure) } : {}), ...(start ? { start: list(start) } : {}), ...(gap ? { gap } : {}), ...(window ? { window } : {}), ...(by ? { by } : {}) };
  return {
    key: SAVED + name, fr: words, en: words, rules, merge: definition.repeats === "merge", definition,
    ...(definition.restart ? { restart: true } : {}),
    steps: definition.steps.map(({ name: step, events, cost }) => ({ key: step, fr: step, en: step, channel: channelOf(events), events, ...(cost === undefined ? {} : { cost }) })),
    funnel: [...list(start).slice(0, 1), ...list(goal).slice(0, 1)],
  };
}

/** The analysis of that key, ready-made or saved; `undefined` while the saved ones are not here yet. */
export function useView(key: string): View | undefined {
  const { saved, isPending } = useSaved();
  if (!key.startsWith(SAVED)) return viewOf(key);
  const found = saved.find((one) => SAVED + one.name === key);
  if (found?.kind === "definition") return viewFrom(found.name, found.definition);
  return isPending ? undefined : viewOf("");
}
