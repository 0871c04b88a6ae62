// pages/costs/ReasonChoice.tsx - of which reason the page speaks: all, or one that contacts are coded by.
import { useParameter } from "../../app/router";
import { useWords } from "../../app/settings";
import { useReasons } from "./telling";

const REASONS_MAX = 60;

export function ReasonChoice() {
  const { t } = useWords();
  const [reason, setReason] = useParameter("reason", "");
  const { reasons } = useReasons(REASONS_MAX);
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
