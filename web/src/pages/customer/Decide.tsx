// pages/customer/Decide.tsx - this identifier is not this person: said with a reason, undone in one click.
import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { Problem, tell } from "../../api/client";
import { useWords } from "../../app/settings";

interface Decision {
  verb: "unlink" | "link";
  other: string;
  sequence: number;
}

export function Decide({ identifier, others }: { identifier: string; others: readonly string[] }) {
  const { t } = useWords();
  const client = useQueryClient();
  const [done, setDone] = useState<Decision | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const decide = async (verb: Decision["verb"] | "undo", on: string[], because = "") => {
    setProblem(null);
    try {
      const { sequence } = await tell("post", `identity/${verb}`, { arguments: on, ...(because ? { because } : {}) });
      await client.invalidateQueries();
      return sequence;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      setProblem(error);
      return null;
    }
  };
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const verb = form.get("verb") === "link" ? "link" : "unlink";
    const other = String((verb === "link" ? form.get("new") : form.get("other")) ?? "");
    if (other === "") return;
    const sequence = await decide(verb, [identifier, other], String(form.get("because") ?? ""));
    if (sequence !== null) setDone({ verb, other, sequence });
  };
  const [verb, setVerb] = useState<"unlink" | "link">("unlink");
  return (
    <div className="decide" aria-live="polite">
      {done && (
        <p className="import-done">
          {t(done.verb === "unlink" ? "decide.unlinked" : "decide.linked", { name: done.other })}{" "}
          <button type="button" className="button" onClick={() => void decide("undo", [String(done.sequence)]).then((number) => number !== null && setDone(null))}>
            {t("decide.undo")}
          </button>
        </p>
      )}
      {problem && (
        <div className="failed" role="alert">
          <p className="failed-title">{problem.detail || t("state.unreachable")}</p>
        </div>
      )}
      <details>
        <summary className="quiet">{t("decide.title")}</summary>
        <form onSubmit={(event) => void submit(event)}>
          <label>
            <span>{t("decide.verb")}</span>
            <select name="verb" value={verb} onChange={(event) => setVerb(event.target.value === "link" ? "link" : "unlink")}>
              <option value="unlink">{t("decide.unlink")}</option>
              <option value="link">{t("decide.link")}</option>
            </select>
          </label>
          <label>
            <span>{t("decide.other")}</span>
            {verb === "unlink" ? (
              <select name="other">
                {others.map((one) => (
                  <option key={one}>{one}</option>
                ))}
              </select>
            ) : (
              <input name="new" placeholder="phone:+33612345678" required />
            )}
          </label>
          <label>
            <span>{t("decide.because")}</span>
            <input name="because" />
          </label>
          <button type="submit" className="button">{t("decide.do")}</button>
        </form>
      </details>
    </div>
  );
}
