// pages/costs/ByReason.tsx - what each reason costs over all channels that tell it, and what is left without one.
import { useAnswer } from "../../api/questions";
import { useWords } from "../../app/settings";
import { Help } from "../../parts/Help";
import { Shown } from "../../parts/States";
import { Table } from "../../parts/Table";
import { channelName } from "../../words/activities";
import type { Span } from "../home";
import { usePeriod } from "../period";
import { channelsThatTell, definitionOfTold, REASONS_MAX, stepOf } from "./channels";
import { useCosts } from "./costs";
import { useReasons } from "./telling";

interface Part {
  channel: string;
  contacts: number;
  cost: number;
}

interface Row {
  reason: string | null;
  parts: readonly Part[];
  contacts: number;
  cost: number;
}

const rowOf = (reason: string | null, parts: readonly Part[]): Row => ({
  reason, parts: parts.filter((one) => one.contacts > 0).sort((a, b) => b.cost - a.cost),
  contacts: parts.reduce((sum, one) => sum + one.contacts, 0), cost: parts.reduce((sum, one) => sum + one.cost, 0),
});

/** What is not told: of each channel the contacts that are in none of the reasons. A channel that writes down more reasons than it
 *  has contacts (a mail about two things) has none left. */
function rowsOf(channels: readonly string[], reasons: readonly string[], told: ReadonlyMap<string, number>, volumes: ReadonlyMap<string, number>, costs: Record<string, number>): Row[] {
  const part = (channel: string, contacts: number): Part => ({ channel, contacts, cost: contacts * (costs[channel] ?? 0) });
  const countOf = (channel: string, reason: string) => told.get(stepOf(channel, reason)) ?? 0;
  const known = reasons.map((reason) => rowOf(reason, channels.map((channel) => part(channel, countOf(channel, reason)))));
  const left = [...volumes].map(([channel, volume]) => part(channel, Math.max(0, volume - reasons.reduce((sum, reason) => sum + countOf(channel, reason), 0))));
  return [...known.filter((row) => row.contacts > 0).sort((a, b) => b.cost - a.cost), rowOf(null, left)];
}

const useTold = (definition: string | undefined, span: Partial<Span>) =>
  useAnswer(definition === undefined ? undefined : "journey/map", { definition, coverage: 100, "counts-only": true, ...span });

export function ByReason({ volumes, span }: { volumes: ReadonlyMap<string, number>; span: Partial<Span> }) {
  const words = useWords();
  const { t, language } = words;
  const costs = useCosts();
  const period = usePeriod(span);
  const { reasons, tellings, isNone } = useReasons(REASONS_MAX);
  const each = definitionOfTold(tellings, reasons, false);
  const inARow = definitionOfTold(tellings, reasons, true);
  const one = useTold(each ?? inARow, span); // where there is but one of them, it is asked once
  const other = useTold(inARow ?? each, span);
  if (isNone) return null;
  const name = (channel: string) => (channel === "bot" ? t("reasons.bot") : channelName(channel, language));
  const list = ({ parts }: Row) => parts.map((one) => `${name(one.channel)} ${words.money(one.cost)}`).join(" · ");
  return (
    <section className="by-reason">
      <h2>{t("by_reason.title")} {period} <Help about={t("by_reason.title")}>{t("help.by_reason")}</Help></h2>
      <Shown answer={one} rows={9}>
        {(first) => (
          <Shown answer={other} rows={9}>
            {(second) => {
              const told = new Map([...first.steps, ...second.steps].map((one) => [one.step, one.count]));
              const rows = rowsOf(channelsThatTell(tellings), reasons, told, volumes, costs);
              const all = rowOf("", rows.flatMap((row) => row.parts));
              const none = rows.at(-1);
              const share = (part: number, whole: number) => words.percent(whole > 0 ? part / whole : 0, 0);
              return (
                <>
                  <Table<Row>
                    caption={t("by_reason.table")}
                    name="ariane-cost-by-reason"
                    rows={rows}
                    rowKey={(row) => row.reason ?? "\u0000"}
                    columns={[
                      { key: "reason", name: t("by_reason.reason"), value: (row) => row.reason ?? t("by_reason.none"), show: (row) => row.reason ?? <i>{t("by_reason.none")}</i> },
                      { key: "contacts", name: t("costs.contacts"), isNumber: true, value: (row) => row.contacts, show: (row) => words.number(row.contacts) },
                      { key: "cost", name: t("costs.cost"), isNumber: true, value: (row) => row.cost, show: (row) => <b>{words.money(row.cost)}</b> },
                      { key: "share", name: t("column.share"), isNumber: true, value: (row) => row.cost / Math.max(1, all.cost), show: (row) => share(row.cost, all.cost) },
                      { key: "parts", name: t("by_reason.channels"), value: list, show: (row) => <span className="by-reason-parts">{list(row)}</span> },
                    ]}
                  />
                  {none && (
                    <p className="account">
                      {t("by_reason.account", {
                        cost: share(all.cost - none.cost, all.cost), contacts: share(all.contacts - none.contacts, all.contacts),
                        without: new Intl.ListFormat(language).format(none.parts.map((one) => `${name(one.channel)} ${words.number(one.contacts)}`)),
                      })}
                    </p>
                  )}
                </>
              );
            }}
          </Shown>
        )}
      </Shown>
    </section>
  );
}
