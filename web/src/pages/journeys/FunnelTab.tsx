// pages/journeys/FunnelTab.tsx - how many come how far, along steps that one chooses.
import { useFunnel, useMap } from "../../api/questions";
import { changed, go, useParameter } from "../../app/router";
import { useWords } from "../../app/settings";
import { Leaving } from "../../parts/leave";
import { Help } from "../../parts/Help";
import { Link } from "../../parts/Link";
import { Picture } from "../../parts/Picture";
import { Empty, Shown } from "../../parts/States";
import { Funnel } from "../../pictures/Funnel";
import { useQuestion } from "../question";

function Steps({ steps, onChange }: { steps: readonly string[]; onChange: (steps: string[]) => void }) {
  const { t } = useWords();
  const { parameters, nameOf } = useQuestion();
  const map = useMap({ ...parameters, "counts-only": true });
  const others = map.data?.steps.filter((one) => !steps.includes(one.step)) ?? [];
  return (
    <div className="funnel-steps">
      <ol>
        {steps.map((step, i) => (
          <li key={step}>
            {nameOf(step)}
            <button type="button" disabled={i === 0} aria-label={t("funnel.earlier", { name: nameOf(step) })}
              onClick={() => onChange([...steps.slice(0, i - 1), step, steps[i - 1] ?? "", ...steps.slice(i + 1)])}>↑</button>
            <button type="button" aria-label={t("filter.remove", { name: nameOf(step) })} onClick={() => onChange(steps.filter((one) => one !== step))}>×</button>
          </li>
        ))}
      </ol>
      <label>
        <span>{t("funnel.add")}</span>
        <select value="" onChange={(event) => event.target.value && onChange([...steps, event.target.value])}>
          <option value="">{t("funnel.choose")}</option>
          {others.map((one) => (
            <option key={one.step} value={one.step}>{nameOf(one.step)}</option>
          ))}
        </select>
      </label>
    </div>
  );
}

export function FunnelTab() {
  const words = useWords();
  const { t } = words;
  const { url, view, parameters, nameOf } = useQuestion();
  const asked = url.searchParams.getAll("funnel");
  const steps = asked.length > 0 ? asked : view.funnel;
  const [at, setAt] = useParameter("at", "");
  const chosen = at === "" ? null : Number(at);
  const answer = useFunnel(parameters, steps);
  const setSteps = (next: string[]) => go(changed(url, { funnel: next, at: undefined }), "replace");
  return (
    <>
      <Steps steps={steps} onChange={setSteps} />
      {steps.length < 2 ? (
        <Empty title={t("funnel.too_few")}>{t("funnel.too_few_more")}</Empty>
      ) : (
        <Shown answer={answer}>
          {(data) => {
            const one = chosen === null ? undefined : data.steps[chosen];
            const before = chosen === null || chosen === 0 ? undefined : data.steps[chosen - 1];
            return (
              <div className="split" data-open={one !== undefined}>
                <Picture title={t("funnel.title")} name="ariane-funnel" help={<Help about={t("funnel.title")}>{t("help.funnel")}</Help>}>
                  <Funnel answer={data} nameOf={nameOf} chosen={chosen} onChoose={(i) => setAt(chosen === i ? "" : String(i))} />
                  <p className="account">{t("funnel.whole", { time: words.span(data.whole.median_s), slow: words.span(data.whole.p90_s) })}</p>
                </Picture>
                {one && (
                  <aside className="behind" aria-label={t("behind.name")}>
                    <Leaving what={one.step} onClose={() => setAt("")} />
                    <button type="button" className="close" onClick={() => setAt("")} aria-label={t("action.close")}>×</button>
                    <h2>{nameOf(one.step)}</h2>
                    <dl>
                      <div><dt>{t("behind.journeys")}</dt><dd>{words.number(one.journeys)}</dd></div>
                      <div><dt>{t("column.customers")}</dt><dd>{words.number(one.customers)}</dd></div>
                      <div><dt>{t("column.median")}</dt><dd>{words.span(one.median_s)}</dd></div>
                      <div><dt>{t("column.p90")}</dt><dd>{words.span(one.p90_s)}</dd></div>
                    </dl>
                    <div className="behind-go">
                      <Link className="button main" to={changed(url, { passed: steps.slice(0, (chosen ?? 0) + 1), at: undefined, funnel: undefined }, "/journeys/customers")}>
                        {t("funnel.passed")}
                      </Link>
                      {before && (
                        <Link className="button" to={changed(url, { passed: steps.slice(0, chosen ?? 0), never: one.step, at: undefined, funnel: undefined }, "/journeys/customers")}>
                          {t("funnel.never")}
                        </Link>
                      )}
                    </div>
                  </aside>
                )}
              </div>
            );
          }}
        </Shown>
      )}
    </>
  );
}
