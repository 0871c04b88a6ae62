// pages/costs/ReasonChoice.tsx - of which reason the page speaks: all, or one that the telephone's records tell.
import { useAnswer } from "../../api/questions";
import type { Metrics } from "../../api/types";
import { useParameter } from "../../app/router";
import { useWords } from "../../app/settings";

const REASONS_MAX = 60;

/** The reasons that contacts are coded by, the most frequent first. */
export function useReasons(): { metrics: ReturnType<typeof useAnswer<Metrics>>; reasons: string[] } {
  const metrics = useAnswer<Metrics>("journey/metrics", { metric: "repeat_contacts", by: "reason_code" });
  const told = (metrics.data?.figures ?? []).filter((one) => typeof one.value === "string").sort((a, b) => b.denominator - a.denominator);
  return { metrics, reasons: told.slice(0, REASONS_MAX).map((one) => String(one.value)) };
}

export function ReasonChoice() {
  const { t } = useWords();
  const [reason, setReason] = useParameter("reason", "");
  const { reasons } = useReasons();
  if (reasons.length === 0 && reason === "") return null; // no source tells reasons
  return (
    <label>
      <span>{t("reasons.one")}</span>
      <select value={reason} onChange={(event) => setReason(event.target.value)}>
        <option value="">{t("reasons.all")}</option>
        {[...new Set([...reasons, ...(reason === "" ? [] : [reason])])].map((one) => <option key={one} value={one}>{one}</option>)}
      </select>
    </label>
  );
}
