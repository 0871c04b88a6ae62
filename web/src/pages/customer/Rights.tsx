// pages/customer/Rights.tsx - what a customer may ask for by law: all that is kept of him, and that nothing is.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState, type FormEvent } from "react";
import { fetchFile, Problem, tell } from "../../api/client";
import type { Customer } from "../../api/types";
import { ERASING } from "../../app/live";
import { useMay } from "../../app/session";
import { useWords } from "../../app/settings";
import { Help } from "../../parts/Help";
import { Link } from "../../parts/Link";
import { handFile } from "../../parts/save";
import type { Schema } from "../../api/paths";

export type Erased = Schema<"erase">;

interface Doing {
  isBusy: boolean;
  problem: string;
  run: (act: () => Promise<void>) => Promise<void>;
}

function useDoing(): Doing {
  const { t } = useWords();
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const run = async (act: () => Promise<void>) => {
    setBusy(true);
    setProblem("");
    try {
      await act();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      setProblem([error.detail, error.hint].filter(Boolean).join(" ") || t("state.unreachable"));
    } finally {
      setBusy(false);
    }
  };
  return { isBusy, problem, run };
}

/** What will go, why it does not come back, and a word to type: a click alone erases nobody. */
function Erasing({ identifier, profile, onErased }: { identifier: string; profile: Customer; onErased: (told: Erased) => void }) {
  const words = useWords();
  const { t } = words;
  const doing = useDoing();
  const [typed, setTyped] = useState("");
  const [isNow, setNow] = useState(false);
  const erasing = useMutation({
    mutationKey: [ERASING],
    mutationFn: () => tell("delete", `customers/${encodeURIComponent(identifier)}`, undefined, isNow ? { now: true } : {}),
  });
  const isSure = typed.trim().toLocaleUpperCase(words.language) === t("rights.word");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isSure) return;
    void doing.run(async () => onErased(await erasing.mutateAsync()));
  };
  return (
    <form className="erasing" onSubmit={submit}>
      <p>{t("rights.goes", { events: words.number(profile.events), names: profile.identifiers.length, traits: profile.traits.length })}</p>
      <p>{t("rights.for_ever")}</p>
      <label className="tick">
        <input type="checkbox" checked={isNow} onChange={(event) => setNow(event.target.checked)} /> <span>{t("rights.now")}</span>
      </label>
      <label>
        <span>{t("rights.type", { word: t("rights.word") })}</span>
        <input value={typed} onChange={(event) => setTyped(event.target.value)} autoComplete="off" spellCheck={false} />
      </label>
      <button type="submit" className="button danger" disabled={!isSure || doing.isBusy}>{t("rights.erase_now")}</button>
      <p role="alert" className={doing.problem ? "door-problem" : undefined}>{doing.problem}</p>
    </form>
  );
}

export function Rights({ identifier, profile, onErased }: { identifier: string; profile: Customer; onErased: (told: Erased) => void }) {
  const { t } = useWords();
  const may = useMay();
  const doing = useDoing();
  const [isDone, setDone] = useState(false);
  if (!may("erase")) return null;
  const give = () =>
    doing.run(async () => {
      handFile(`ariane-${identifier.replace(/[^\w.-]+/g, "-")}.jsonl`, await fetchFile(`customers/${encodeURIComponent(identifier)}/access`));
      setDone(true);
    });
  return (
    <section className="rights">
      <h2>
        {t("rights.title")} <Help about={t("rights.title")}>{t("help.rights")}</Help>
      </h2>
      {may("text") && (
        <p>
          <button type="button" className="button" disabled={doing.isBusy} onClick={() => void give()}>{t("rights.access")}</button>
        </p>
      )}
      <p aria-live="polite">{isDone && t("rights.given")}</p>
      {doing.problem && <p role="alert" className="door-problem">{doing.problem}</p>}
      <details>
        <summary className="quiet danger">{t("rights.erase")}</summary>
        <Erasing identifier={identifier} profile={profile} onErased={onErased} />
      </details>
    </section>
  );
}

/** What is left to say of somebody who is gone. */
export function Gone({ told }: { told: Erased }) {
  const words = useWords();
  const { t } = words;
  const client = useQueryClient();
  useEffect(() => client.removeQueries({ type: "inactive" }), [client]); // what other pages kept of him
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t("rights.gone")}</h1>
      </header>
      <div role="status">
        <p>{t("rights.gone_more", { events: told.events, records: told.records })}</p>
        <p>{t(told.bytes_gone ? "rights.bytes_gone" : "rights.bytes_later")}</p>
        <p>{t(told.verified ? "rights.verified" : "rights.not_verified")}</p>
      </div>
      <p><Link to="/customers" className="button">{t("place.customers")}</Link></p>
    </div>
  );
}
