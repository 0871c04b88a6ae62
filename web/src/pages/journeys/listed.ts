// pages/journeys/listed.ts - the options by which the server lists what is behind a number, as an address.
import { changed, type Changes } from "../../app/router";

/** ["--passed", "x", "--at=1"]: an option has its value behind it or with it; alone it is a flag. */
export function optionsOf(list: readonly string[]): Record<string, string[]> {
  const options: Record<string, string[]> = {};
  for (let i = 0; i < list.length; i++) {
    const word = list[i] ?? "";
    if (!word.startsWith("--")) continue;
    const [name = "", ...rest] = word.slice(2).split("=");
    const next = list[i + 1];
    const value = rest.length > 0 ? rest.join("=") : next !== undefined && !next.startsWith("--") ? (i++, next) : "true";
    (options[name] ??= []).push(value);
  }
  return options;
}

export function listed(url: URL, list: readonly string[], without: Changes = {}): string {
  const options = optionsOf(list);
  for (const name of ["at", "not-at"]) // beside the positions that the question itself names
    if (options[name]) options[name] = [...url.searchParams.getAll(name), ...options[name]];
  return changed(url, { ...without, ...options }, "/journeys/customers");
}

/** What a number counts: an edge, steps, a step at a position (from 1; from the last by -1), or a way. */
export type Counted = { edge: [string, string] } | { steps: readonly string[] } | { place: number; step: string } | { way: string[] };

/** The options that list it, beside the question's own: they hold of the part of journeys that is counted. */
export function countedBy(url: URL, counted: Counted): Changes {
  const and = (name: string, ...more: string[]) => [...url.searchParams.getAll(name), ...more];
  if ("edge" in counted) return { "part-edge-from": and("part-edge-from", counted.edge[0]), "part-edge-to": and("part-edge-to", counted.edge[1]) };
  if ("place" in counted) return { at: and("at", `${counted.place}=${counted.step}`) };
  if ("steps" in counted) return { "part-passed": and("part-passed", ...counted.steps) };
  const isPart = url.searchParams.has("from-step") || url.searchParams.has("to-step");
  return isPart ? { at: and("at", ...[...counted.way, ""].map((step, i) => `${i + 1}=${step}`)) } : { way: counted.way };
}
