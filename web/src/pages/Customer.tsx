// pages/Customer.tsx - one customer: the thread, what is known and from where, and why this is one person.
import { useState } from "react";
import { useCustomer } from "../api/questions";
import type { Customer as Profile, Identifier, Trait } from "../api/types";
import { useLiveCustomer } from "../app/live";
import { useMay } from "../app/session";
import { useWords } from "../app/settings";
import { Empty, Shown } from "../parts/States";
import { Help } from "../parts/Help";
import { channelName } from "../words/activities";
import { Decide } from "./customer/Decide";
import { Decisions } from "./customer/Decisions";
import { Effort } from "./customer/Effort";
import { Next } from "./customer/Next";
import { Passed } from "./customer/Passed";
import { Gone, Rights, type Erased } from "./customer/Rights";
import { Thread, useWhole } from "./customer/Thread";
import { Why } from "./customer/Why";

/** Types that name one contact, not a person: told as a number, not one by one. */
const PASSING = new Set(["interaction", "call", "session", "chat", "ticket", "message"]);

function text(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** What else names this person for longer than one contact. */
function namesBeside(profile: Profile, identifier: string): string[] {
  const lasting = profile.identifiers.filter((one) => !PASSING.has(one.type));
  return lasting.map((one) => `${one.type}:${one.value}`).filter((one) => one !== identifier);
}

function Identifiers({ all }: { all: readonly Identifier[] }) {
  const words = useWords();
  const { t } = words;
  const lasting = all.filter((one) => !PASSING.has(one.type));
  const passing = all.length - lasting.length;
  return (
    <ul className="identifiers">
      {lasting.map((one) => (
        <li key={`${one.type}:${one.value}`}>
          <span>{one.type}</span>
          <b>{one.value}</b>
          <small>
            {t("customer.events", { n: one.events })}
            {one.verified && ` · ${t("customer.verified")}`}
          </small>
        </li>
      ))}
      {passing > 0 && <li className="passing">{t("customer.passing", { n: passing })}</li>}
    </ul>
  );
}

function Traits({ all }: { all: readonly Trait[] }) {
  const words = useWords();
  const { t } = words;
  if (all.length === 0) return <p className="none">{t("customer.no_traits")}</p>;
  return (
    <dl className="traits">
      {all.map((trait) => (
        <div key={trait.key}>
          <dt>{trait.key}</dt>
          <dd>
            {text(trait.value)}
            <small>{t("customer.told_by", { source: trait.source, time: words.date(trait.since) })}</small>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Channels({ profile }: { profile: Profile }) {
  const words = useWords();
  const most = Math.max(1, ...profile.channels.map((one) => one.events));
  return (
    <ul className="channel-bars">
      {[...profile.channels].sort((a, b) => b.events - a.events).map((one) => (
        <li key={one.channel} data-channel={one.channel}>
          <span>{channelName(one.channel, words.language)}</span>
          <span className="bar"><i style={{ width: `${(one.events / most) * 100}%` }} /></span>
          <b>{words.number(one.events)}</b>
        </li>
      ))}
    </ul>
  );
}

export default function Customer({ identifier }: { identifier: string }) {
  const [erased, setErased] = useState<Erased>();
  return erased ? <Gone told={erased} /> : <Living identifier={identifier} onErased={setErased} />;
}

function Living({ identifier, onErased }: { identifier: string; onErased: (told: Erased) => void }) {
  useLiveCustomer(identifier);
  const words = useWords();
  const { t } = words;
  const may = useMay();
  const answer = useCustomer(identifier);
  useWhole(identifier); // asked for beside the profile, not behind it
  if (answer.error?.status === 404)
    return (
      <div className="page">
        <Empty title={t("customers.none", { text: identifier })}>{t("customers.none_more")}</Empty>
      </div>
    );
  return (
    <div className="page customer">
      <Shown answer={answer}>
        {(profile) => (
          <>
            <header className="page-head">
              <div>
                <h1>{profile.name ?? identifier}</h1>
                <p className="lead">
                  {t("customer.lead", {
                    n: profile.events,
                    since: profile.first_time ? words.date(profile.first_time) : "–",
                    until: profile.last_time ? words.date(profile.last_time) : "–",
                  })}
                </p>
              </div>
            </header>
            <div className="customer-split">
              <Thread identifier={identifier} profile={profile} />
              <aside className="profile" aria-label={t("customer.profile")}>
                <section>
                  <h2>{t("customer.channels")}</h2>
                  <Channels profile={profile} />
                </section>
                {may("journeys") && may("lists") && <Next identifier={identifier} />}
                {may("journeys") && may("lists") && <Passed identifier={identifier} />}
                {may("journeys") && <Effort identifier={identifier} profile={profile} />}
                <section>
                  <h2>
                    {t("customer.profile")} <Help about={t("customer.profile")}>{t("help.profile")}</Help>
                  </h2>
                  <Traits all={profile.traits} />
                </section>
                <section>
                  <h2>
                    {t("customer.identifiers")} <Help about={t("customer.identifiers")}>{t("help.identifiers")}</Help>
                  </h2>
                  <Identifiers all={profile.identifiers} />
                  {may("lists") && <Why identifier={identifier} others={namesBeside(profile, identifier)} />}
                  {may("lists") && <Decisions identifier={identifier} />}
                  {may("identity") && <Decide identifier={identifier} others={namesBeside(profile, identifier)} />}
                </section>
                <Rights identifier={identifier} profile={profile} onErased={onErased} />
                <p className="volatile">{t("customer.volatile", { id: String(profile.volatile_id) })}</p>
              </aside>
            </div>
          </>
        )}
      </Shown>
    </div>
  );
}
