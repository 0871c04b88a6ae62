// pages/data/rules.ts - a document of identity rules (docs/identity.md): the part of it that the table edits.

export const USES = ["identifies", "shared", "context"] as const;
export type Use = (typeof USES)[number];

export interface TypeRule {
  type: string;
  use?: Use | undefined;
  priority?: number | undefined;
  unique?: boolean | undefined;
  limit?: number | undefined;
  owners?: number | undefined;
  blocked?: string | string[] | undefined;
  [other: string]: unknown;
}

export interface Document {
  version: 1;
  types?: TypeRule[];
  [other: string]: unknown;
}

export const isDocument = (rules: Record<string, unknown>): rules is Document => rules.version === 1;

/** The i-th type changed; what is undefined goes, and so does what says only what is understood. */
export function changeType(document: Document, i: number, change: Partial<TypeRule>): Document {
  const types = (document.types ?? []).map((rule, k) => {
    if (k !== i) return rule;
    const next = { ...rule, ...change };
    if (next.use === "identifies") delete next.use;
    else if (next.use !== undefined) for (const key of ["unique", "limit", "owners", "priority"] as const) delete next[key];
    return Object.fromEntries(Object.entries(next).filter(([, value]) => value !== undefined)) as TypeRule;
  });
  return { ...document, types };
}
