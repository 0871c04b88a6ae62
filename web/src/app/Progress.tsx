// app/Progress.tsx - that something is being computed, how much of it is there, and the way to stop it.  A wait under 200 ms
// shows nothing; who stops, stops the work of the server too, and may go on later.
import { useIsFetching, useQueryClient, type Query } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useAddress } from "./router";
import { useWords } from "./settings";

const SILENT_MS = 200;

/** Somebody waits for it; what is only brought up to date disturbs nobody. */
const isAwaited = (query: Query) => query.state.data === undefined && query.getObserversCount() > 0;
const isStopped = (query: Query) => query.state.status === "pending" && query.state.fetchStatus === "idle" && !query.isDisabled();

/** Milliseconds since it began to be busy, told each second; 0 while it is not. */
function useElapsed(isBusy: boolean): number {
  const [elapsed, setElapsed] = useState(0);
  useEffect(() => {
    if (!isBusy) return undefined;
    const begun = performance.now();
    const tell = () => setElapsed(performance.now() - begun);
    const first = window.setTimeout(tell, SILENT_MS);
    const each = window.setInterval(tell, 1000);
    return () => {
      window.clearTimeout(first);
      window.clearInterval(each);
      setElapsed(0);
    };
  }, [isBusy]);
  return elapsed;
}

export function Progress() {
  const { t } = useWords();
  const client = useQueryClient();
  const { href } = useAddress();
  const open = useIsFetching({ predicate: isAwaited });
  const elapsed = useElapsed(open > 0);
  const most = useRef(0);
  most.current = open === 0 ? 0 : Math.max(most.current, open);
  const [stopped, setStopped] = useState("");

  if (open > 0 && elapsed >= SILENT_MS)
    return (
      <div className="progress" role="status">
        <progress {...(most.current > 1 ? { max: most.current, value: most.current - open } : {})} aria-label={t("state.waiting")} />
        {elapsed >= 1000 && (
          <>
            <span aria-hidden="true">{t("state.since", { n: Math.floor(elapsed / 1000) })}</span>
            <button type="button" onClick={() => {
              setStopped(href);
              void client.cancelQueries({ predicate: isAwaited });
            }}>
              {t("state.stop")}
            </button>
          </>
        )}
      </div>
    );
  if (open === 0 && stopped === href)
    return (
      <div className="progress" role="status">
        <span>{t("state.stopped")}</span>
        <button type="button" onClick={() => {
          setStopped("");
          void client.refetchQueries({ type: "active", predicate: isStopped });
        }}>
          {t("state.go_on")}
        </button>
      </div>
    );
  return null;
}
