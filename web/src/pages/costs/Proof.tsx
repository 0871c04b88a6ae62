// pages/costs/Proof.tsx - before it is launched on all: on some, with others kept as they are.  Who is in which group, how long
// until the difference shows, and the comparison that shows it.
import { useState } from "react";
import { askWith, type Parameters } from "../../api/client";
import { useParameter } from "../../app/router";
import { useMay } from "../../app/session";
import { useWords } from "../../app/settings";
import { Help } from "../../parts/Help";
import { Link } from "../../parts/Link";
import { saveCsv } from "../../parts/save";
import { assignment, holdOut, KEPT, LAUNCHED } from "./holdout";
import type { Known } from "./WhatIf";

const LAUNCHES = [5, 10, 20, 50];
const ALL = 10_000_000; // what the server may answer with is bounded there

/** The groups, as a file; and the comparison, once the file has been imported. */
function Groups({ asked, share }: { asked: Parameters; share: number }) {
  const { t } = useWords();
  const may = useMay();
  const [seed, setSeed] = useParameter("seed", "1");
  const [isAsking, setAsking] = useState(false);
  const [told, setTold] = useState("");
  if (!may("lists")) return null;
  const save = async () => {
    setAsking(true);
    try {
      const { list } = await askWith("journey/whatif", { ...asked, list: "route", top: ALL }, undefined, ["list"]);
      const { head, rows } = assignment(list.map((one) => one.customer), seed, share, new Date().toISOString());
      saveCsv("ariane-trial", head, rows);
      const launched = rows.filter((row) => row[1] === LAUNCHED).length;
      setTold(t("holdout.saved", { launched, kept: rows.length - launched }));
    } catch {
      setTold(t("state.unreachable"));
    }
    setAsking(false);
  };
  const compare = new URLSearchParams({ view: "contacts", with: "trial.*", "group-with": LAUNCHED });
  return (
    <div className="hold-out-groups">
      <label className="inline">
        <span>{t("holdout.seed")}</span>
        <input value={seed} maxLength={40} onChange={(event) => setSeed(event.target.value)} />
      </label>
      <button type="button" className="button" disabled={isAsking || seed === ""} onClick={() => void save()}>{t("holdout.groups")}</button>
      <Link className="button" to={`/journeys/compare?${compare}`}>{t("holdout.compare")}</Link>
      <Help about={t("holdout.groups")}>{t("help.holdout_groups", { launched: LAUNCHED, kept: KEPT })}</Help>
      <p aria-live="polite">{told}</p>
    </div>
  );
}

export function Proof({ contacts, episodes, years, asked }: { contacts: Known; episodes: number; years: number; asked: Parameters }) {
  const words = useWords();
  const { t } = words;
  const [launch, setLaunch] = useParameter("launch", "10");
  const share = Number(launch) / 100;
  const plan = holdOut(contacts, episodes / years, share);
  return (
    <section className="hold-out">
      <h3>{t("holdout.title")} <Help about={t("holdout.title")}>{t("help.holdout")}</Help></h3>
      <div className="choice" role="group" aria-label={t("holdout.launch")}>
        {LAUNCHES.map((one) => (
          <button key={one} type="button" aria-pressed={String(one) === launch} onClick={() => setLaunch(String(one))}>{t("holdout.on", { share: words.percent(one / 100, 0) })}</button>
        ))}
      </div>
      <p>
        {plan === undefined ? t("holdout.never")
          : t("holdout.told", { share: words.percent(share, 0), kept: words.percent(1 - share, 0), each: plan.each, weeks: plan.weeks,
              effect: words.number(Math.abs(contacts.mean_to - contacts.mean_from), 2) })}
      </p>
      <Groups asked={asked} share={share} />
    </section>
  );
}
