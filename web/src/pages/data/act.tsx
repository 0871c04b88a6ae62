// pages/data/act.tsx - what a page of settings does: it asks the server to change something, tells what went wrong and what to
// do about it, asks once more before what cannot be taken back, and shows a secret once.
import { useQueryClient } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { Problem, tell, type Change } from "../../api/client";
import type { AnswerAt, BodyAt, PathOf } from "../../api/paths";
import { useWords } from "../../app/settings";

export interface Act {
  /** The answer, or undefined where the server refused: `problem` says why then. */
  act: <M extends Change, P extends PathOf<M>>(method: M, path: P, body?: BodyAt<M, P>) => Promise<AnswerAt<M, P> | undefined>;
  problem: ReactNode;
  isBusy: boolean;
}

/** `keys`: the first words of the questions whose answers change by it. */
export function useAct(...keys: string[]): Act {
  const client = useQueryClient();
  const { t } = useWords();
  const [told, setTold] = useState<{ detail: string; hint: string } | null>(null);
  const [isBusy, setBusy] = useState(false);
  const act = async <M extends Change, P extends PathOf<M>>(method: M, path: P, body?: BodyAt<M, P>): Promise<AnswerAt<M, P> | undefined> => {
    setTold(null);
    setBusy(true);
    try {
      const answer = await tell(method, path, body);
      await Promise.all(keys.map((key) => client.invalidateQueries({ queryKey: [key] })));
      return answer;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      setTold({ detail: error.detail || t(error.code === "unreachable" ? "state.unreachable" : "state.failed"), hint: error.hint });
      return undefined;
    } finally {
      setBusy(false);
    }
  };
  const problem = (
    <div aria-live="assertive">
      {told && (
        <div className="door-problem">
          <p>{told.detail}</p>
          {told.hint && <p>{told.hint}</p>}
        </div>
      )}
    </div>
  );
  return { act, problem, isBusy };
}

/** A button that asks once more, in the same place. */
export function Sure({ name, of, sure, onDo }: { name: string; of: string; sure: string; onDo: () => void }) {
  const { t } = useWords();
  const [isAsked, setAsked] = useState(false);
  if (!isAsked)
    return <button type="button" className="quiet" onClick={() => setAsked(true)}>{name}<span className="unseen"> {of}</span></button>;
  return (
    <span className="sure" role="group" aria-label={`${name} ${of}`}>
      <span>{sure}</span>
      <button type="button" className="quiet danger" autoFocus onClick={() => { setAsked(false); onDo(); }}>{name}<span className="unseen"> {of}</span></button>
      <button type="button" className="quiet" onClick={() => setAsked(false)}>{t("act.no")}</button>
    </span>
  );
}

/** A secret that is never shown again. */
export function Once({ text, children, close, onClose }: { text: string; children: ReactNode; close?: string; onClose: () => void }) {
  const { t } = useWords();
  const [isCopied, setCopied] = useState(false);
  return (
    <div className="once" role="status">
      <p>{children}</p>
      <p>
        <code>{text}</code>{" "}
        <button type="button" className="button" onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true), () => undefined)}>{t(isCopied ? "act.copied" : "act.copy")}</button>{" "}
        <button type="button" className="quiet" onClick={onClose}>{close ?? t("act.noted")}</button>
      </p>
    </div>
  );
}
