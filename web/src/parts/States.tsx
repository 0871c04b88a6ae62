// parts/States.tsx - what stands where an answer will be, is not, or cannot be: waiting, empty, error.
import { useEffect, useState, type ReactNode } from "react";
import type { Problem } from "../api/client";
import type { Answer } from "../api/questions";
import { useWords } from "../app/settings";

const SILENT_MS = 200; // shorter waits show nothing: they feel instant

export function Waiting({ rows = 6 }: { rows?: number }) {
  const { t } = useWords();
  const [visible, setVisible] = useState(false);
  useEffect(() => {
    const timer = window.setTimeout(() => setVisible(true), SILENT_MS);
    return () => window.clearTimeout(timer);
  }, []);
  return (
    <div className="waiting" role="status" aria-label={t("state.waiting")} data-visible={visible}>
      {Array.from({ length: rows }, (_, i) => (
        <i key={i} />
      ))}
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <svg viewBox="0 0 120 24" aria-hidden="true">
        <path d="M2 12c20 0 16-9 36-9s18 18 38 18 18-9 42-9" />
      </svg>
      <p className="empty-title">{title}</p>
      {children && <div className="empty-more">{children}</div>}
    </div>
  );
}

/** What of an answer is shown: of one, or of one that comes by pages. */
type Told<T> = Pick<Answer<T>, "isError" | "isPlaceholderData"> & { data: T | undefined; error: Problem | null; refetch: () => unknown };

export function Failed({ answer }: { answer: Told<unknown> }) {
  const { t } = useWords();
  const problem = answer.error;
  if (problem?.status === 404) return <Empty title={t("state.absent")} />;
  const isGone = problem?.code === "unreachable";
  return (
    <div className="failed" role="alert">
      <p className="failed-title">{isGone ? t("state.unreachable") : (problem?.detail ?? t("state.failed"))}</p>
      {problem?.hint && <p>{problem.hint}</p>}
      <button type="button" className="button" onClick={() => void answer.refetch()}>
        {t("state.again")}
      </button>
    </div>
  );
}

/** The answer once it is there; until then, what stands in its place. */
export function Shown<T>({
  answer,
  rows,
  children,
}: {
  answer: Told<T>;
  rows?: number;
  children: (data: T) => ReactNode;
}) {
  if (answer.isError) return <Failed answer={answer} />;
  if (answer.data === undefined) return <Waiting rows={rows ?? 6} />;
  return (
    <div className="shown" data-stale={answer.isPlaceholderData} aria-busy={answer.isPlaceholderData}>
      {children(answer.data)}
    </div>
  );
}
