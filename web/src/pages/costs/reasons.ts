// pages/costs/reasons.ts - the reasons that contacts have, the most frequent first.
import { useAnswer, type Answer } from "../../api/questions";
import type { Metrics } from "../../api/types";

const REASONS_MAX = 12;

export function useReasons(): { metrics: Answer<Metrics>; reasons: string[] } {
  const metrics = useAnswer<Metrics>("journey/metrics", { metric: "repeat_contacts", by: "reason_code" });
  const reasons = (metrics.data?.figures ?? []).flatMap((one) => (typeof one.value === "string" ? [one] : []))
    .sort((a, b) => b.denominator - a.denominator).slice(0, REASONS_MAX).map((one) => one.value as string);
  return { metrics, reasons };
}
