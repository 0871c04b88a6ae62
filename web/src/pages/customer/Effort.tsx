// pages/customer/Effort.tsx - what a customer costs, and what being one costs him: contacts, repeats, transfers, changes of channel.
import { useState } from "react";
import { useAnswer, useMap } from "../../api/questions";
import type { Customer } from "../../api/types";
import { useWords } from "../../app/settings";
import { Help } from "../../parts/Help";
import { Shown } from "../../parts/States";
import { definitionOf, viewOf } from "../../views/views";
import { channelName } from "../../words/activities";
import { useCosts, volumesOf } from "../costs/costs";
import { useCounting } from "../journeys/Counting";

const contacts = viewOf("contacts");
const DAY_MS = 86_400_000;
const SPANS = [90, 365] as const;

/** Numerators of the figures: of one customer they are counts. */
const TOLD = ["contacts_per_customer", "repeat_contacts", "transfers", "channel_switches"] as const;

function Cost({ asked }: { asked: { arguments: string[]; since: string } }) {
  const words = useWords();
  const { t, language } = words;
  const costs = useCosts();
  const answer = useMap({ ...asked, definition: definitionOf(contacts), "counts-only": true });
  return (
    <Shown answer={answer} rows={2}>
      {(map) => {
        const rows = [...volumesOf(map)].map(([channel, n]) => ({ channel, n, cost: n * (costs[channel] ?? 0) })).sort((a, b) => b.cost - a.cost);
        return (
          <dl className="traits">
            <div>
              <dt>{t("effort.cost")}</dt>
              <dd><b>{words.money(rows.reduce((sum, row) => sum + row.cost, 0), 2)}</b></dd>
            </div>
            {rows.map(({ channel, n, cost }) => (
              <div key={channel}>
                <dt>{channelName(channel, language)}</dt>
                <dd>{t("effort.each", { n, cost: words.money(cost, 2) })}</dd>
              </div>
            ))}
          </dl>
        );
      }}
    </Shown>
  );
}

function Figures({ asked }: { asked: { arguments: string[]; since: string } }) {
  const words = useWords();
  const { t } = words;
  const counting = useCounting();
  const answer = useAnswer(counting.parameters && "journey/metrics", { ...counting.parameters, ...asked, metric: TOLD }, ["figures"]);
  return (
    <Shown answer={answer} rows={2}>
      {(data) => (
        <dl className="traits">
          {TOLD.map((metric) => (
            <div key={metric}>
              <dt>{t(`effort.${metric}`)}</dt>
              <dd>{words.number(data.figures.find((one) => one.metric === metric)?.numerator ?? 0)}</dd>
            </div>
          ))}
        </dl>
      )}
    </Shown>
  );
}

export function Effort({ identifier, profile }: { identifier: string; profile: Customer }) {
  const { t } = useWords();
  const [days, setDays] = useState<number>(SPANS[1]);
  const end = Math.max(Date.parse(profile.as_of), Date.parse(profile.last_time ?? profile.as_of));
  const asked = { arguments: [identifier], since: new Date(Math.floor((end - days * DAY_MS) / DAY_MS) * DAY_MS).toISOString() };
  return (
    <section className="effort">
      <h2>
        {t("effort.title")} <Help about={t("effort.title")}>{t("help.effort")}</Help>
      </h2>
      <div className="choice" role="group" aria-label={t("effort.span")}>
        {SPANS.map((one) => (
          <button key={one} type="button" aria-pressed={days === one} onClick={() => setDays(one)}>{t(one === 365 ? "effort.year" : "effort.quarter")}</button>
        ))}
      </div>
      <Figures asked={asked} />
      <Cost asked={asked} />
    </section>
  );
}
