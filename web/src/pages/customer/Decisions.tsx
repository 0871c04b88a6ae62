// pages/customer/Decisions.tsx - what people decided on who this customer is: by whom, when, why; each can be undone.
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Problem, tell } from "../../api/client";
import { useAnswer } from "../../api/questions";
import { useMay } from "../../app/session";
import { useWords } from "../../app/settings";
import type { Schema } from "../../api/paths";

type Decision = Schema<"identity-decisions">["decisions"][number];

/** Those made in one go are one: they are undone together. */
function together(all: readonly Decision[]): { first: Decision; count: number }[] {
  const groups = new Map<string, { first: Decision; count: number }>();
  for (const one of all) {
    const key = one.group ?? String(one.sequence);
    const known = groups.get(key);
    if (known) known.count++;
    else groups.set(key, { first: one, count: 1 });
  }
  return [...groups.values()];
}

export function Decisions({ identifier }: { identifier: string }) {
  const words = useWords();
  const { t } = words;
  const may = useMay();
  const client = useQueryClient();
  const [problem, setProblem] = useState("");
  const answer = useAnswer("identity/decisions", { arguments: [identifier] });
  const undo = async (sequence: number) => {
    setProblem("");
    try {
      await tell("post", "identity/undo", { arguments: [String(sequence)] });
      await client.invalidateQueries();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      setProblem(error.detail || t("state.unreachable"));
    }
  };
  const all = together(answer.data?.decisions ?? []);
  if (all.length === 0) return null;
  return (
    <div className="decisions">
      <h3>{t("decisions.title")}</h3>
      <ul>
        {all.map(({ first, count }) => {
          const apart = first.activity === "unlink" || first.activity === "forbid";
          const name = t(apart ? "decisions.apart" : "decisions.one", { a: first.a, b: first.b });
          return (
            <li key={first.sequence}>
              <span>{name}{count > 1 && ` ${t("decisions.and", { n: count - 1 })}`}</span>
              <small>
                {first.actor ?? "–"}
                {first.received && ` · ${words.moment(first.received)}`}
                {first.because && ` · ${first.because}`}
              </small>
              {may("identity") && (
                <button type="button" className="button" onClick={() => void undo(first.sequence)}>{t("decide.undo")}<span className="unseen">, {name}</span></button>
              )}
            </li>
          );
        })}
      </ul>
      {(answer.data?.more ?? 0) > 0 && <p className="volatile">{t("decisions.more", { n: answer.data?.more ?? 0 })}</p>}
      {problem && <p role="alert" className="door-problem">{problem}</p>}
    </div>
  );
}
