// pages/customer/Explain.tsx - this identifier is not this person: said with a reason, undone in one click.
import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { Problem, tell } from "../../api/client";
import type { Identifier } from "../../api/types";
import { useWords } from "../../app/settings";

type Decision = { verb: "unlink" | "link"; other: string };

export function Explain({ identifier, others }: { identifier: string; others: readonly Identifier[] }) {
  const { t } = useWords();
  const client = useQueryClient();
  const [done, setDone] = useState<Decision | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const choices = others.map((one) => `${one.type}:${one.value}`).filter((one) => one !== identifier);
  const decide = async (verb: string, other: string, because?: string) => {
    setProblem(null);
    try {
      await tell("POST", `identity/${verb}`, { arguments: [identifier, other], ...(because ? { because } : {}) });
      await client.invalidateQueries();
      return true;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      setProblem(error);
      return false;
    }
  };
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const verb = form.get("verb") === "link" ? "link" : "unlink";
    const other = String((verb === "link" ? form.get("new") : form.get("other")) ?? "");
    if (other !== "" && (await decide(verb, other, String(form.get("because") ?? "")))) setDone({ verb, other });
  };
  const [verb, setVerb] = useState<"unlink" | "link">("unlink");
  return (
    <div className="decide" aria-live="polite">
      {done && (
        <p className="import-done">
          {t(done.verb === "unlink" ? "decide.unlinked" : "decide.linked", { name: done.other })}{" "}
          <button type="button" className="button" onClick={() => void decide("forget", done.other).then((ok) => ok && setDone(null))}>
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
                {choices.map((one) => (
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
