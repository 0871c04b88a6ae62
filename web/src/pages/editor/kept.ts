// pages/editor/kept.ts - a draft that was left is kept by this browser, and offered when one comes back.
import type { Draft } from "./draft";

const PREFIX = "ariane.draft:";

/** Steps have numbers of their own page only: a draft is the same without them. */
function told(draft: Draft): string {
  return JSON.stringify({ ...draft, steps: draft.steps.map((step) => ({ ...step, id: 0 })) });
}

export const isSame = (a: Draft, b: Draft): boolean => told(a) === told(b);

export function keepDraft(key: string, draft: Draft): void {
  try {
    window.localStorage.setItem(PREFIX + key, JSON.stringify({ time: Date.now(), draft }));
  } catch {
    // a browser that keeps nothing
  }
}

export function dropDraft(key: string): void {
  try {
    window.localStorage.removeItem(PREFIX + key);
  } catch {
    // likewise
  }
}

export function keptDraft(key: string): { time: number; draft: Draft } | undefined {
  try {
    const kept = JSON.parse(window.localStorage.getItem(PREFIX + key) ?? "null") as { time?: number; draft?: Draft } | null;
    return kept?.draft && typeof kept.time === "number" && Array.isArray(kept.draft.steps) ? { time: kept.time, draft: kept.draft } : undefined;
  } catch {
    return undefined; // kept by another version
  }
}
