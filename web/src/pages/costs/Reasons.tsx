// pages/costs/Reasons.tsx - the right channel: for each reason the channel used, the cheapest that solves it, how often it
// does, and what moving some of the contacts there would save, with the interval.
import { useQueries } from "@tanstack/react-query";
import { askWith, type Parameters } from "../../api/client";
import type { Interval } from "../../api/types";
import { useParameter } from "../../app/router";
import { useWords } from "../../app/settings";
import { Help } from "../../parts/Help";
import { Waiting } from "../../parts/States";
import { Table } from "../../parts/Table";
import { channelName } from "../../words/activities";
import { useCosts } from "./costs";
import { cheapest, definitionOfReason, REASONS_MAX, savingOf, type Solved } from "./channels";
import { isInARow, solving, useReasons, type Telling } from "./telling";

interface Row {
  reason: string;
  used: Solved;
  best: Solved | undefined;
  saving: Interval | undefined;
  cost: number;
}

/** Of each reason what each way to have it solved does for it. */
function useSolved(tellings: readonly Telling[], reasons: readonly string[], costs: Record<string, number>): Solved[][] | undefined {
  const asked = reasons.flatMap((reason) => solving(tellings, reason).map((telling) => ({ reason, telling, again: solving(tellings, reason).filter((one) => one.human === true) })));
  const answers = useQueries({
    queries: asked.map(({ reason, telling, again }) => {
      const parameters: Parameters = { definition: definitionOfReason(tellings, reason, isInARow(telling)), "from-step": telling.channel, "to-step": "contact", or: again.map((one) => one.channel), within: "7d", "no-pairs": true, top: 1 };
      return {
        queryKey: ["journey/drivers", parameters],
        queryFn: ({ signal }: { signal: AbortSignal }) => askWith("journey/drivers", parameters, signal).catch(() => null),
        staleTime: Infinity,
      };
    }),
  });
  if (answers.some((one) => one.isPending)) return undefined;
  const told = asked.map(({ reason, telling: { channel } }, i) => {
    const data = answers[i]?.data;
    const again = data?.share;
    return {
      reason, channel, contacts: data?.trials ?? 0, cost: costs[channel] ?? 0,
      solved: { value: again?.value == null ? null : 1 - again.value, low: again?.high == null ? null : 1 - again.high, high: again?.low == null ? null : 1 - again.low },
    };
  });
  return reasons.map((reason) => told.filter((one) => one.reason === reason));
}

export function Reasons({ years }: { years: number }) {
  const words = useWords();
  const { t, language } = words;
  const costs = useCosts();
  const [share, setShare] = useParameter("redirect", "20");
  const { reasons, tellings, isNone } = useReasons(REASONS_MAX);
  const solved = useSolved(tellings, reasons, costs);
  if (isNone) return null;
  const part = Number(share) / 100;
  const rows: Row[] = (solved ?? []).flatMap((channels, i) => {
    const used = [...channels].sort((a, b) => b.contacts - a.contacts)[0];
    if (!used || used.contacts === 0) return [];
    const best = cheapest(channels, used);
    return [{ reason: reasons[i] ?? "", used, best, saving: best && savingOf(used, best, (used.contacts * part) / years), cost: channels.reduce((sum, one) => sum + one.contacts * one.cost, 0) / years }];
  }).sort((a, b) => (b.saving?.value ?? 0) - (a.saving?.value ?? 0));
  const name = (channel: string) => (channel === "bot" ? t("reasons.bot") : channelName(channel, language));
  const sure = (one: Solved) => (one.solved.value === null ? "–" : words.percent(one.solved.value, 0));
  return (
    <section className="reasons">
      <h2>{t("reasons.title")} <Help about={t("reasons.title")}>{t("help.reasons")}</Help></h2>
      <label className="simulator-share reasons-share">
        <span>{t("reasons.share")}</span>
        <input type="range" min={5} max={100} step={5} value={Number(share)} onChange={(event) => setShare(event.target.value)} />
        <output>{words.percent(part, 0)}</output>
      </label>
      {!solved ? (
        <Waiting rows={6} />
      ) : (
        <Table<Row>
          caption={t("reasons.table")}
          name="ariane-reasons"
          rows={rows}
          rowKey={(row) => row.reason}
          columns={[
            { key: "reason", name: t("by_reason.reason"), value: (row) => row.reason },
            { key: "used", name: t("reasons.used"), value: (row) => name(row.used.channel), show: (row) => `${name(row.used.channel)} (${words.number(row.used.contacts)})` },
            { key: "cost", name: t("reasons.cost"), isNumber: true, value: (row) => row.cost, show: (row) => words.money(row.cost) },
            { key: "now", name: t("reasons.solved"), isNumber: true, value: (row) => row.used.solved.value ?? undefined, show: (row) => sure(row.used) },
            { key: "best", name: t("reasons.best"), value: (row) => (row.best ? name(row.best.channel) : t("reasons.none")) },
            { key: "there", name: t("reasons.there"), isNumber: true, value: (row) => row.best?.solved.value ?? undefined,
              show: (row) => (row.best ? <>{sure(row.best)}<br /><small>{words.percent(row.best.solved.low ?? 0, 0)} – {words.percent(row.best.solved.high ?? 0, 0)}, {t("reasons.seen", { n: row.best.contacts })}</small></> : "–") },
            { key: "saving", name: t("reasons.saving", { share: words.percent(part, 0) }), isNumber: true, value: (row) => row.saving?.value ?? undefined,
              show: (row) => (row.saving ? <><b>{words.money(row.saving.value ?? 0)}</b><br /><small>{words.money(row.saving.low ?? 0)} – {words.money(row.saving.high ?? 0)}</small></> : "–") },
          ]}
        />
      )}
    </section>
  );
}
