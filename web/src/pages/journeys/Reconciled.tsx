// pages/journeys/Reconciled.tsx - the calls on the river beside those of the call records: the totals must agree, and
// where they do not, by how much is said.  The exchange queues a call again when it is transferred.
import type { Parameters } from "../../api/client";
import { useAnswer } from "../../api/questions";
import type { JourneyMap } from "../../api/types";
import { useWords } from "../../app/settings";
import { Help } from "../../parts/Help";
import { MANY, ONCE, useQuestion } from "../question";

const CALLS = new Set(["solved", "unsolved", "lost"]);

const records = JSON.stringify({
  version: 1,
  name: "Call records",
  steps: [
    { name: "record", events: { channel: "phone", activity: "inbound.*" } },
    { name: "queued", events: { activity: "queue.ENTERQUEUE" } },
    { name: "transferred", events: { activity: ["queue.BLINDTRANSFER", "queue.ATTENDEDTRANSFER"] } },
  ],
});

/** `asked`: what the map answers; the records are those of the same period, and of all customers. */
export function Reconciled({ map, asked }: { map: JourneyMap; asked: Parameters }) {
  const { t } = useWords();
  const { view } = useQuestion();
  const isWhole = [...MANY, ...ONCE].every((name) => name === "since" || name === "until" || asked[name] === undefined);
  const { since, until } = asked;
  const isAsked = view.key === "contacts" && isWhole;
  const answer = useAnswer(isAsked ? "journey/map" : undefined, { definition: records, since, until, "counts-only": true });
  if (!isAsked || !answer.data) return null;
  const countOf = (step: string) => answer.data?.steps.find((one) => one.step === step)?.count ?? 0;
  const [record, queued, transferred] = [countOf("record"), countOf("queued"), countOf("transferred")];
  if (record + queued === 0) return null;
  const calls = map.steps.filter((one) => CALLS.has(one.step)).reduce((sum, one) => sum + one.count, 0);
  const gap = Math.max(Math.abs(calls - record), queued > 0 ? Math.abs(calls - (queued - transferred)) : 0);
  return (
    <p className="account reconciled" data-agree={gap === 0}>
      {t("reconciled.told", { calls, record, queued, transferred })} <b>{gap === 0 ? t("reconciled.agree") : t("reconciled.gap", { n: gap })}</b>{" "}
      <Help about={t("reconciled.name")}>{t("help.reconciled")}</Help>
    </p>
  );
}
