// pages/journeys/Behind.tsx - what is behind the step or passage that was chosen, and where to go from it.
import type { JourneyMap } from "../../api/types";
import { changed, type Changes } from "../../app/router";
import { useMay } from "../../app/session";
import { useWords } from "../../app/settings";
import { useLeave } from "../../parts/leave";
import { Link } from "../../parts/Link";
import type { Chosen } from "../../pictures/River";
import { stepCost } from "../../views/views";
import { useQuestion } from "../question";
import { countedBy } from "./listed";

const NOT_CHOSEN: Changes = { edge: undefined, step: undefined };

export function Behind({ chosen, map, only, name, onClose }: { chosen: NonNullable<Chosen>; map: JourneyMap; only: Changes; name?: string; onClose: () => void }) {
  const words = useWords();
  const { t } = words;
  const panel = useLeave(chosen.kind === "edge" ? `${chosen.from} ${chosen.to}` : chosen.step, onClose);
  const may = useMay();
  const { url, view, nameOf } = useQuestion();
  const counted = countedBy(url, chosen.kind === "edge" ? { edge: [chosen.from, chosen.to] } : { steps: [chosen.step] });
  const filter =
    chosen.kind === "edge"
      ? { "edge-from": chosen.from, "edge-to": chosen.to }
      : { passed: [...url.searchParams.getAll("passed"), chosen.step] };
  const cause = chosen.kind === "edge" ? { "at-from": chosen.from, "at-to": chosen.to } : { "at-step": chosen.step };
  const edge = chosen.kind === "edge" ? map.edges.find((one) => one.from === chosen.from && one.to === chosen.to) : undefined;
  const step = chosen.kind === "step" ? map.steps.find((one) => one.step === chosen.step) : undefined;
  const end = step && map.end.find((one) => one.step === step.step)?.count;
  const rows: [string, string][] = edge
    ? [
        [t("column.count"), words.number(edge.count)],
        [t("column.share"), words.percent(edge.share, 1)],
        [t("column.customers"), words.number(edge.customers)],
        [t("column.median"), words.span(edge.median_s)],
        [t("column.p90"), words.span(edge.p90_s)],
      ]
    : step
      ? [
          [t("column.count"), words.number(step.count)],
          [t("behind.journeys"), t("behind.of", { n: step.journeys, share: words.percent(step.share) })],
          [t("column.customers"), words.number(step.customers)],
          [t("behind.again"), words.number(step.returns)],
          [t("behind.end_here"), words.number(end ?? 0)],
          [t("behind.next_after"), words.span(step.median_s)],
          [t("behind.cost"), words.money(step.count * stepCost(view, step.step))],
        ]
      : [];
  const people = edge?.customers ?? step?.customers ?? 0;
  return (
    <aside ref={panel} className="behind" aria-label={t("behind.name")}>
      <button type="button" className="close" onClick={onClose} aria-label={t("action.close")}>×</button>
      <h2>
        {chosen.kind === "edge" ? (
          <>
            {nameOf(chosen.from)} <span className="arrow">→</span> {nameOf(chosen.to)}
          </>
        ) : (
          nameOf(chosen.step)
        )}
      </h2>
      {name && <p className="account">{name}</p>}
      {rows.length === 0 ? (
        <p>{t("behind.hidden")}</p>
      ) : (
        <dl>
          {rows.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
      <div className="behind-go">
        {may("lists") && (
          <Link className="button main" to={changed(url, { ...counted, ...NOT_CHOSEN, ...only }, "/journeys/customers")}>
            {t("behind.see", { n: people })}
          </Link>
        )}
        <Link className="button" to={changed(url, { ...filter, ...NOT_CHOSEN })}>
          {t("behind.only")}
        </Link>
        <Link className="button" to={changed(url, { ...cause, ...NOT_CHOSEN, ...only }, "/journeys/frictions")}>
          {t("behind.why")}
        </Link>
        {chosen.kind === "step" && (
          <Link className="button" to={changed(url, { after: chosen.step, ...NOT_CHOSEN }, "/journeys/flow")}>
            {t("behind.flow")}
          </Link>
        )}
      </div>
    </aside>
  );
}
