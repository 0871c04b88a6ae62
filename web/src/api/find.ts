// api/find.ts - customers by whatever somebody remembers of them: one question, one line of the audit.
import { useEffect, useState } from "react";
import { useMay } from "../app/session";
import { useAnswer, type Answer } from "./questions";
import type { Schema } from "./paths";

export type FoundList = Schema<"find">;
export type Found = FoundList["list"][number];

const LETTERS_MIN = 2;
const PAUSE_MS = 250; // of whoever types: each question is noted

/** What was typed, once the typing pauses. */
export function usePaused(text: string): string {
  const [paused, setPaused] = useState(text);
  useEffect(() => {
    const timer = window.setTimeout(() => setPaused(text), PAUSE_MS);
    return () => window.clearTimeout(timer);
  }, [text]);
  return paused;
}

export function useFind(text: string, limit: number): Answer<FoundList> {
  const mayAsk = useMay()("customers") && text.trim().length >= LETTERS_MIN;
  return useAnswer(mayAsk ? "find" : undefined, { arguments: [text.trim()], limit });
}
