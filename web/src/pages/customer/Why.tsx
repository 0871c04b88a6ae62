// pages/customer/Why.tsx - why an identifier is this person: the chain of evidence, who told each link, and when.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { tell, type Problem } from "../../api/client";
import type { Explained, ExplainedStep } from "../../api/types";
import { useWords } from "../../app/settings";
import { Shown } from "../../parts/States";

function Link({ step }: { step: ExplainedStep }) {
  const words = useWords();
  const { t } = words;
  const when = step.first_time ?? step.received;
  return (
    <li>
      <b>{step.a}</b> <span aria-hidden="true">—</span> <b>{step.b}</b>
      <small>
        {t(`fate.${step.fate}`)}{" · "}
        {step.by === "decision"
          ? t("why.decided", { who: step.actor ?? "–" })
          : t("why.told", { n: step.events ?? 0, source: step.source ?? "–" })}
        {when !== undefined && ` · ${words.moment(when)}`}
        {step.because && ` · ${step.because}`}
        {" · "}
        {t("why.record", { n: String(step.sequence) })}
      </small>
    </li>
  );
}

function Chain({ pair }: { pair: readonly [string, string] }) {
  const { t } = useWords();
  const answer = useQuery<Explained, Problem>({
    queryKey: ["identity/explain", pair],
    queryFn: () => tell("post", "identity/explain", { arguments: [...pair] }),
  });
  return (
    <Shown answer={answer} rows={2}>
      {(data) => (
        <>
          <p>{t(data.together ? "why.together" : "why.apart")}</p>
          <ol>
            {data.steps.map((step) => (
              <Link key={`${step.a} ${step.b} ${step.sequence}`} step={step} />
            ))}
          </ol>
          {data.more > 0 && <p className="volatile">{t("why.more", { n: data.more })}</p>}
        </>
      )}
    </Shown>
  );
}

/** Of the identifiers that are this person now, and of one that was taken from her. */
export function Why({ identifier, others }: { identifier: string; others: readonly string[] }) {
  const { t } = useWords();
  const [chosen, setChosen] = useState("");
  return (
    <div className="why">
      <label>
        <span>{t("why.title")}</span>
        <select value={chosen} onChange={(event) => setChosen(event.target.value)}>
          <option value="">{t("why.choose")}</option>
          {others.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      </label>
      {chosen !== "" && <div aria-live="polite"><Chain pair={[identifier, chosen]} /></div>}
    </div>
  );
}
