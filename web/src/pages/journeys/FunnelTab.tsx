// pages/journeys/FunnelTab.tsx - how many come how far, along steps that one chooses; of one set of journeys or of two.
import type { Parameters } from "../../api/client";
import { useFunnel, useMap } from "../../api/questions";
import type { Funnel as FunnelAnswer } from "../../api/types";
import { changed, go, useAddress, useParameter } from "../../app/router";
import { useMay } from "../../app/session";
import { useWords } from "../../app/settings";
import { Leaving } from "../../parts/leave";
import { Help } from "../../parts/Help";
import { Picture } from "../../parts/Picture";
import { Empty, Shown } from "../../parts/States";
import { Funnel } from "../../pictures/Funnel";
import { useQuestion } from "../question";
import { Beside, Differences, type Compared } from "./Differences";
import { FunnelList } from "./FunnelList";
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

/** Who is listed of a chosen step: nobody, those who came to it, or those who came to the one before and no farther. */
type People = "" | "came" | "lost";

function Chosen({ data, at, name, people, onPeople, onClose }: { data: FunnelAnswer; at: number; name?: string | undefined; people: string; onPeople: (people: People) => void; onClose: () => void }) {
  const words = useWords();
  const { t } = words;
  const { nameOf } = useQuestion();
  const may = useMay();
  const one = data.steps[at];
  if (!one) return null;
  const choice = (which: People, words: string, look: string) => (
    <button type="button" className={look} aria-pressed={people === which} onClick={() => onPeople(people === which ? "" : which)}>{words}</button>
  );
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
          {choice("came", t("funnel.passed"), "button main")}
          {at > 0 && choice("lost", t("funnel.never"), "button")}
        </div>
      )}
    </aside>
  );
}

/** The list below the funnel, of the step that is chosen in it. */
function Listed({ data, at, people, parameters, steps, name }: { data: FunnelAnswer; at: number; people: string; parameters: Parameters; steps: readonly string[]; name?: string }) {
  const { nameOf } = useQuestion();
  const may = useMay();
  const one = data.steps[at];
  const isLost = people === "lost";
  if (!one || people === "" || (isLost && at === 0) || !may("lists")) return null;
  const title = [name, nameOf(one.step)].filter(Boolean).join(", ");
  return <FunnelList key={`${people}${at}`} parameters={parameters} steps={steps} reached={isLost ? at : at + 1} isLost={isLost} name={title} />;
}

function OneFunnel({ steps }: { steps: readonly string[] }) {
  const words = useWords();
  const { t } = words;
  const { parameters, nameOf } = useQuestion();
  const [stage, setStage] = useParameter("stage", "");
  const [people, setPeople] = useParameter("people", "");
  const chosen = stage === "" ? null : Number(stage);
  const answer = useFunnel(parameters, steps);
  return (
    <Shown answer={answer}>
      {(data) => (
        <>
          <div className="split" data-open={chosen !== null && data.steps[chosen] !== undefined}>
            <Picture title={t("funnel.title")} name="ariane-funnel" help={<Help about={t("funnel.title")}>{t("help.funnel")}</Help>}>
              <Funnel answer={data} nameOf={nameOf} chosen={chosen} onChoose={(i) => setStage(chosen === i ? "" : String(i))} label={t("funnel.title")} />
              <p className="account">{t("funnel.whole", { time: words.span(data.whole.median_s), slow: words.span(data.whole.p90_s) })}</p>
            </Picture>
            {chosen !== null && <Chosen data={data} at={chosen} people={people} onPeople={setPeople} onClose={() => setStage("")} />}
          </div>
          {chosen !== null && <Listed data={data} at={chosen} people={people} parameters={parameters} steps={steps} />}
        </>
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
  const [people, setPeople] = useParameter("people", "");
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
                  {stage !== null && <Chosen data={both[side]} at={Number(stage)} name={sides[side].name} people={people} onPeople={setPeople} onClose={() => choose(null)} />}
                </div>
                {stage !== null && <Listed data={both[side]} at={Number(stage)} people={people} parameters={sides[side].parameters} steps={steps} name={sides[side].name} />}
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
