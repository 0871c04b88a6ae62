// pages/editor/draft.ts - a journey definition as it is drawn, field by field, and as the server reads it.
import type { Definition } from "../../views/saved";

/** One way to recognise a step: empty fields say nothing. */
export interface DraftEvents {
  channel: string;
  activity: string;
  where: string;
}

export interface DraftStep {
  id: number; // of this page, so that fields keep their focus
  name: string;
  events: DraftEvents[];
  cost: string;
  start: boolean;
  goal: boolean;
  failure: boolean;
}

export interface Draft {
  name: string;
  about: string;
  steps: DraftStep[];
  gap: string;
  window: string;
  by: string;
  merge: boolean;
  restart: boolean;
  /** What the editor does not draw, kept as it came. */
  rest: Record<string, unknown>;
}

let next = 1;
const split = (text: string, by: RegExp) => text.split(by).map((one) => one.trim()).filter(Boolean);
const list = (value: unknown): string[] => (typeof value === "string" ? [value] : Array.isArray(value) ? value.map(String) : []);

export function newStep(): DraftStep {
  return { id: next++, name: "", events: [{ channel: "", activity: "", where: "" }], cost: "", start: false, goal: false, failure: false };
}

export const emptyDraft = (): Draft => ({ name: "", about: "", steps: [newStep(), newStep()], gap: "7d", window: "", by: "", merge: false, restart: false, rest: {} });

function whereOf(value: unknown): string {
  const all = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return all.map((one) => (typeof one === "string" ? one : JSON.stringify(one))).join("\n");
}

function eventsOf(value: unknown): DraftEvents[] {
  const all = Array.isArray(value) ? value : [value];
  if (all.every((one) => typeof one === "string")) return [{ channel: "", activity: all.join(", "), where: "" }];
  return all.map((one): DraftEvents => {
    if (typeof one === "string") return { channel: "", activity: one, where: "" };
    const { channel, activity, where } = (one ?? {}) as Record<string, unknown>;
    return { channel: list(channel).join(", "), activity: list(activity).join(", "), where: whereOf(where) };
  });
}

export function draftOf(definition: Definition): Draft {
  const { version: _version, name, description, steps, repeats, by, start, restart, goal, failure, gap, window, ...rest } = definition;
  const [starts, goals, failures] = [list(start), list(goal), list(failure)];
  return {
    name: name ?? "", about: description ?? "", gap: gap ?? "", window: window ?? "", by: by ?? "", merge: repeats === "merge", restart: restart === true, rest,
    steps: steps.map((step) => ({
      id: next++, name: step.name, events: eventsOf(step.events), cost: step.cost === undefined ? "" : String(step.cost),
      start: starts.includes(step.name), goal: goals.includes(step.name), failure: failures.includes(step.name),
    })),
  };
}

const testOf = (text: string): unknown => (text.startsWith("{") ? JSON.parse(text) : text);
const oneOrMany = (all: string[]) => (all.length === 1 ? all[0] : all);

function selectorOf({ channel, activity, where }: DraftEvents): object | string | undefined {
  const channels = split(channel, /,/);
  const activities = split(activity, /,/);
  const tests = split(where, /\n/).map(testOf);
  if (channels.length + activities.length + tests.length === 0) return undefined;
  if (channels.length + tests.length === 0 && activities.length === 1) return activities[0];
  return {
    ...(channels.length > 0 ? { channel: oneOrMany(channels) } : {}),
    ...(activities.length > 0 ? { activity: oneOrMany(activities) } : {}),
    ...(tests.length > 0 ? { where: tests } : {}),
  };
}

/** What is whole of the draft as a definition; undefined as long as no step is.  Steps without a name or events wait. */
export function definitionOfDraft(draft: Draft): Definition | undefined {
  const steps = draft.steps.flatMap((step) => {
    const events = step.events.flatMap((one) => selectorOf(one) ?? []);
    const name = step.name.trim();
    if (name === "" || events.length === 0) return [];
    const cost = Number(step.cost.replace(",", "."));
    return [{ step, told: { name, events: (events.length === 1 ? events[0] : events) as Definition["steps"][0]["events"], ...(step.cost !== "" && Number.isFinite(cost) ? { cost } : {}) } }];
  });
  if (steps.length === 0) return undefined;
  const named = (flag: "start" | "goal" | "failure") => {
    const names = steps.filter(({ step }) => step[flag]).map(({ told }) => told.name);
    return names.length > 0 ? { [flag]: names } : {};
  };
  return {
    ...draft.rest,
    version: 1,
    ...(draft.name ? { name: draft.name } : {}),
    ...(draft.about ? { description: draft.about } : {}),
    steps: steps.map(({ told }) => told),
    repeats: draft.merge ? "merge" : "keep",
    ...(draft.restart ? { restart: true } : {}),
    ...(draft.gap ? { gap: draft.gap } : {}),
    ...(draft.window ? { window: draft.window } : {}),
    ...(draft.by ? { by: draft.by } : {}),
    ...named("start"), ...named("goal"), ...named("failure"),
  };
}
