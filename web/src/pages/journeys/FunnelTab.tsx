// pages/journeys/FunnelTab.tsx - how many come how far, along steps that one chooses; of one set of journeys or of two.
import { useFunnel, useMap } from "../../api/questions";
import type { Funnel as FunnelAnswer } from "../../api/types";
import { changed, go, useAddress, useParameter, type Changes } from "../../app/router";
import { useMay } from "../../app/session";
import { useWords } from "../../app/settings";
import { Leaving } from "../../parts/leave";
import { Help } from "../../parts/Help";
import { Link } from "../../parts/Link";
import { Picture } from "../../parts/Picture";
import { Empty, Shown } from "../../parts/States";
import { Funnel } from "../../pictures/Funnel";
import { useQuestion } from "../question";
import { Beside, Differences, type Compared } from "./Differences";
import { countedBy } from "./listed";
import type { Share } from "./shares";
import { useSides, type Sides } from "./sides";

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

function Chosen({ data, at, steps, only, name, onClose }: { data: FunnelAnswer; at: number; steps: readonly string[]; only: Changes; name?: string | undefined; onClose: () => void }) {
  const words = useWords();
  const { t } = words;
  const { url, nameOf } = useQuestion();
  const may = useMay();
  const one = data.steps[at];
  if (!one) return null;
  const none: Changes = { stage: undefined, side: undefined, funnel: undefined, ...only };
  return (
    <aside className="behind" aria-label={t("behind.name")}>
      <Leaving what={`${name ?? ""}${one.step}`} onClose={onClose} />
      <button type="button" className="close" onClick={onClose} aria-label={t("action.close")}>×</button>
      <h2>{nameOf(one.step)}</h2>
      {name && <p className="account">{name}</p>}
      <dl>
        <div><dt>{t("behind.journeys")}</dt><dd>{words.number(one.journeys)}</dd></div>
        <div><dt>{t("column.customers")}</dt><dd>{words.number(one.customers)}</dd></div>
        <div><dt>{t("column.median")}</dt><dd>{words.span(one.median_s)}</dd></div>
        <div><dt>{t("column.p90")}</dt><dd>{words.span(one.p90_s)}</dd></div>
      </dl>
      {may("lists") && (
        <div className="behind-go">
          <Link className="button main" to={changed(url, { ...none, ...countedBy(url, { steps: steps.slice(0, at + 1) }) }, "/journeys/customers")}>{t("funnel.passed")}</Link>
          {at > 0 && (
            <Link className="button" to={changed(url, { ...none, ...countedBy(url, { steps: steps.slice(0, at) }), never: [...url.searchParams.getAll("never"), one.step] }, "/journeys/customers")}>{t("funnel.never")}</Link>
          )}
        </div>
      )}
    </aside>
  );
}

function OneFunnel({ steps }: { steps: readonly string[] }) {
  const words = useWords();
  const { t } = words;
  const { parameters, nameOf } = useQuestion();
  const [stage, setStage] = useParameter("stage", "");
  const chosen = stage === "" ? null : Number(stage);
  const answer = useFunnel(parameters, steps);
  return (
    <Shown answer={answer}>
      {(data) => (
        <div className="split" data-open={chosen !== null && data.steps[chosen] !== undefined}>
          <Picture title={t("funnel.title")} name="ariane-funnel" help={<Help about={t("funnel.title")}>{t("help.funnel")}</Help>}>
            <Funnel answer={data} nameOf={nameOf} chosen={chosen} onChoose={(i) => setStage(chosen === i ? "" : String(i))} label={t("funnel.title")} />
            <p className="account">{t("funnel.whole", { time: words.span(data.whole.median_s), slow: words.span(data.whole.p90_s) })}</p>
          </Picture>
          {chosen !== null && <Chosen data={data} at={chosen} steps={steps} only={{}} onClose={() => setStage("")} />}
        </div>
      )}
    </Shown>
  );
}

/** Of the journeys that begin, the share that comes so far; and of those at the step before. */
function rowsOf([first, second]: readonly [FunnelAnswer, FunnelAnswer], nameOf: (step: string) => string): Compared[] {
  const share = (funnel: FunnelAnswer, i: number): Share | undefined => {
    const [begin, one] = [funnel.steps[0], funnel.steps[i]];
    return begin && one && { part: one.journeys, whole: begin.journeys, people: begin.customers };
  };
  return first.steps.slice(1).map((one, i) => ({ key: `${i} ${one.step}`, name: nameOf(one.step), shares: [share(first, i + 1), share(second, i + 1)] }));
}

function TwoFunnels({ steps, sides }: { steps: readonly string[]; sides: Sides }) {
  const words = useWords();
  const { t } = words;
  const { nameOf } = useQuestion();
  const url = useAddress();
  const first = useFunnel(sides[0].parameters, steps);
  const second = useFunnel(sides[1].parameters, steps);
  const stage = url.searchParams.get("stage");
  const side = url.searchParams.get("side") === "first" ? 0 : 1;
  const choose = (to: { side: number; stage: number } | null) =>
    go(changed(url, { stage: to ? String(to.stage) : undefined, side: to?.side === 0 ? "first" : undefined }), "replace");
  return (
    <Shown answer={first}>
      {(before) => (
        <Shown answer={second}>
          {(after) => {
            const both = [before, after] as const;
            const totals = both.map((one) => ({ journeys: one.steps[0]?.journeys ?? 0, customers: one.steps[0]?.customers ?? 0 }));
            return (
              <>
                <div className="split" data-open={stage !== null}>
                  <Picture title={t("funnel.title")} name="ariane-funnel" help={<Help about={t("funnel.title")}>{t("help.funnel")}</Help>}>
                    <Beside sides={sides} totals={totals}>
                      {both.map((data, i) => {
                        const chosen = stage !== null && side === i ? Number(stage) : null;
                        return (
                          <div key={i}>
                            <Funnel answer={data} nameOf={nameOf} chosen={chosen} onChoose={(at) => choose(chosen === at ? null : { side: i, stage: at })} label={`${t("funnel.title")}, ${sides[i as 0 | 1].name}`} />
                            <p className="account">{t("funnel.whole", { time: words.span(data.whole.median_s), slow: words.span(data.whole.p90_s) })}</p>
                          </div>
                        );
                      })}
                    </Beside>
                  </Picture>
                  {stage !== null && <Chosen data={both[side]} at={Number(stage)} steps={steps} only={sides[side].only} name={sides[side].name} onClose={() => choose(null)} />}
                </div>
                <Differences caption={t("funnel.differences")} what={t("funnel.reached")} name="ariane-funnel-differences" sides={sides} rows={rowsOf(both, nameOf)} />
                <p className="account">{t("compare.each_alone")}</p>
              </>
            );
          }}
        </Shown>
      )}
    </Shown>
  );
}

export function FunnelTab() {
  const { t } = useWords();
  const { url, view } = useQuestion();
  const sides = useSides();
  const asked = url.searchParams.getAll("funnel");
  const steps = asked.length > 0 ? asked : view.funnel;
  const setSteps = (next: string[]) => go(changed(url, { funnel: next, stage: undefined }), "replace");
  return (
    <>
      <Steps steps={steps} onChange={setSteps} />
      {steps.length < 2 ? (
        <Empty title={t("funnel.too_few")}>{t("funnel.too_few_more")}</Empty>
      ) : sides ? (
        <TwoFunnels steps={steps} sides={sides} />
      ) : (
        <OneFunnel steps={steps} />
      )}
    </>
  );
}
