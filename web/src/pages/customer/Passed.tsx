// pages/customer/Passed.tsx - the journeys that a customer passed, by each ready-made analysis.
import { useQueries } from "@tanstack/react-query";
import { useState } from "react";
import { askWith } from "../../api/client";
import type { ListedJourney } from "../../api/types";
import { useWords } from "../../app/settings";
import { Help } from "../../parts/Help";
import { Link } from "../../parts/Link";
import { definitionOf, views, type View } from "../../views/views";

const FIRST = 6;
const EACH_MAX = 50;

interface Row {
  view: View;
  journey: ListedJourney;
}

/** Of the company's analyses; "all" is the thread itself. */
const told = views.filter((view) => view.key !== "all");

function usePassed(identifier: string): { rows: Row[]; isPending: boolean } {
  const answers = useQueries({
    queries: told.map((view) => {
      const asked = { definition: definitionOf(view), arguments: [identifier], limit: EACH_MAX, "no-steps": true };
      return {
        queryKey: ["journey/list", asked, identifier],
        queryFn: ({ signal }: { signal: AbortSignal }) => askWith("journey/list", asked, signal),
      };
    }),
  });
  const rows = told.flatMap((view, i) => (answers[i]?.data?.list ?? []).map((journey) => ({ view, journey })));
  rows.sort((a, b) => Date.parse(b.journey.first) - Date.parse(a.journey.first));
  return { rows, isPending: answers.some((one) => one.isPending) };
}

export function Passed({ identifier }: { identifier: string }) {
  const words = useWords();
  const { t, language } = words;
  const { rows, isPending } = usePassed(identifier);
  const [isAll, setAll] = useState(false);
  const shown = isAll ? rows : rows.slice(0, FIRST);
  return (
    <section className="passed" aria-busy={isPending}>
      <h2>
        {t("passed.title")} <Help about={t("passed.title")}>{t("help.passed")}</Help>
      </h2>
      {rows.length === 0 && !isPending && <p className="none">{t("passed.none")}</p>}
      <ul>
        {shown.map(({ view, journey }) => (
          <li key={view.key + journey.first}>
            <Link to={`/customers/${encodeURIComponent(identifier)}?${new URLSearchParams({ since: journey.first, until: journey.last })}`}>{view[language].name}</Link>{" "}
            <span className="outcome" data-outcome={journey.outcome}>{t(`outcome.${journey.outcome}`)}</span>
            <small>
              {t("passed.span", { first: words.date(journey.first), last: words.date(journey.last) })} · {t("passed.steps", { n: journey.length })} ·{" "}
              <Link to={`/journeys/map?view=${view.key}`}>{t("passed.analysis")}<span className="unseen"> {view[language].name}</span></Link>
            </small>
          </li>
        ))}
      </ul>
      {rows.length > shown.length && (
        <button type="button" className="quiet" onClick={() => setAll(true)}>{t("passed.more", { n: rows.length - shown.length })}</button>
      )}
    </section>
  );
}
