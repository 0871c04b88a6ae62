// pages/data/Review.tsx - who is who: records that may be one person, side by side, for somebody to say so; and the rules.
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Problem, tell } from "../../api/client";
import { useLinePages } from "../../api/pages";
import { useMay } from "../../app/session";
import { useWords } from "../../app/settings";
import { Help } from "../../parts/Help";
import { Link } from "../../parts/Link";
import { Empty, Shown } from "../../parts/States";
import { Rules } from "./Rules";
import type { Schema } from "../../api/paths";

type Pair = Schema<"identity-match">;

const PAIRS = 20;

function Card({ pair, onDone }: { pair: Pair; onDone: (said: string) => void }) {
  const words = useWords();
  const { t } = words;
  const [problem, setProblem] = useState("");
  const decide = async (verb: "confirm" | "forbid") => {
    try {
      await tell("post", `identity/${verb}`, { arguments: [pair.a, pair.b], because: t("review.because") });
      onDone(t(verb === "confirm" ? "review.confirmed" : "review.forbidden", { a: pair.a, b: pair.b }));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      setProblem(error.detail || t("state.unreachable"));
    }
  };
  return (
    <li className="pair">
      <div className="pair-head">
        <p>{pair.reason ? t("review.one_box") : t("review.probability", { share: words.percent(pair.probability, 0) })}</p>
        <button type="button" className="button main" onClick={() => void decide("confirm")}>{t("review.confirm")}</button>
        <button type="button" className="button" onClick={() => void decide("forbid")}>{t("review.forbid")}</button>
      </div>
      <div className="table-scroll" tabIndex={0} role="region" aria-label={`${pair.a}, ${pair.b}`}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t("review.field")}</th>
              <th scope="col"><Link to={`/customers/${encodeURIComponent(pair.a)}`} className="cell-customer">{pair.a}</Link></th>
              <th scope="col"><Link to={`/customers/${encodeURIComponent(pair.b)}`} className="cell-customer">{pair.b}</Link></th>
              <th scope="col">{t("review.level")}</th>
            </tr>
          </thead>
          <tbody>
            {(pair.fields ?? []).map((one) => (
              <tr key={one.field}>
                <th scope="row">{one.field}</th>
                <td>{one.a || "–"}</td>
                <td>{one.b || "–"}</td>
                <td data-level={one.weight > 0 ? "for" : one.weight < 0 ? "against" : undefined}>{t(`level.${one.level}` as Parameters<typeof t>[0])} <small>{words.number(one.weight, 1)}</small></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {problem && <p className="door-problem" role="alert">{problem}</p>}
    </li>
  );
}

/** The heaviest first; what comes behind the last one is asked for when wanted. */
function Pairs({ onDone, onStop }: { onDone: (said: string) => void; onStop: () => void }) {
  const { t } = useWords();
  const { answer } = useLinePages("identity/review", {}, ({ lines }) => {
    const last = lines.at(-1);
    return last && lines.length >= PAIRS ? { after: `${last.a} ${last.b}` } : undefined;
  }, { size: PAIRS });
  return (
    <>
      {answer.isFetching && (
        <p className="account">
          {t("review.running")} <button type="button" className="quiet" onClick={onStop}>{t("import.stop")}</button>
        </p>
      )}
      <Shown answer={answer}>
        {({ pages }) => {
          const open = pages.flatMap((page) => page.lines).filter((one) => one.decision === "review" || one.reason);
          return open.length === 0 ? <Empty title={t("review.none")}>{t("review.none_more")}</Empty> : (
            <>
              <ul className="pairs">{open.map((one) => <Card key={`${one.a} ${one.b}`} pair={one} onDone={onDone} />)}</ul>
              {answer.hasNextPage && (
                <button type="button" className="button" disabled={answer.isFetchingNextPage} onClick={() => void answer.fetchNextPage()}>{t("review.next")}</button>
              )}
            </>
          );
        }}
      </Shown>
    </>
  );
}

export function Review() {
  const { t } = useWords();
  const client = useQueryClient();
  const may = useMay();
  const [said, setSaid] = useState("");
  const [isAsked, setAsked] = useState(false);
  const done = (words: string) => {
    setSaid(words);
    void client.invalidateQueries({ queryKey: ["identity/review"] });
  };
  return (
    <>
      <section>
        <h2>{t("review.title")} <Help about={t("review.title")}>{t("help.review")}</Help></h2>
        <p aria-live="polite">{said}</p>
        {!isAsked && (
          <p>
            <button type="button" className="button" onClick={() => setAsked(true)}>{t("review.start")}</button> <small>{t("review.start_more")}</small>
          </p>
        )}
        {isAsked && <Pairs onDone={done} onStop={() => { setAsked(false); void client.cancelQueries({ queryKey: ["identity/review"] }); }} />}
      </section>
      {may("identity") && <Rules />}
    </>
  );
}
