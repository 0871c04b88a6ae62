// pages/journeys/FlowTab.tsx - where journeys go, or where they come from, step by step.
import { useState } from "react";
import { useAnswer } from "../../api/questions";
import type { Flow as FlowAnswer } from "../../api/types";
import { useParameter } from "../../app/router";
import { useWords } from "../../app/settings";
import { useLeave } from "../../parts/leave";
import { Help } from "../../parts/Help";
import { Link } from "../../parts/Link";
import { Picture } from "../../parts/Picture";
import { Empty, Shown } from "../../parts/States";
import { endName, Flow, type FlowChoice } from "../../pictures/Flow";
import { useQuestion } from "../question";
import { listed } from "./listed";
import { Outcomes } from "./Outcomes";

const NOT_LISTED = { after: undefined, way_to: undefined, depth: undefined };

function Chosen({ answer, chosen, onClose }: { answer: FlowAnswer; chosen: NonNullable<FlowChoice>; onClose: () => void }) {
  const words = useWords();
  const { t } = words;
  const panel = useLeave(JSON.stringify(chosen), onClose);
  const { url, nameOf } = useQuestion();
  const nodeName = (id: number | undefined) => {
    const node = answer.nodes.find((one) => one.node === id);
    return node === undefined ? endName(answer, false, words) : node.kind === "other" ? t("flow.other") : nameOf(node.step ?? "");
  };
  const one = chosen.kind === "node" ? answer.nodes.find((node) => node.node === chosen.node) : answer.links[chosen.link];
  if (!one) return null;
  const title =
    chosen.kind === "node" ? nodeName(chosen.node) : "from" in one ? `${nodeName(one.from)} → ${one.kind === "further" ? endName(answer, true, words) : nodeName(one.to)}` : "";
  return (
    <aside ref={panel} className="behind" aria-label={t("behind.name")}>
      <button type="button" className="close" onClick={onClose} aria-label={t("action.close")}>×</button>
      <h2>{title}</h2>
      <dl>
        <div><dt>{t("behind.journeys")}</dt><dd>{words.number(one.journeys)}</dd></div>
        <div><dt>{t("column.share")}</dt><dd>{words.percent(one.share, 1)}</dd></div>
        <div><dt>{t("column.customers")}</dt><dd>{words.number(one.customers)}</dd></div>
        {"mean_s" in one && <div><dt>{t("flow.mean")}</dt><dd>{words.span(one.mean_s)}</dd></div>}
      </dl>
      <div className="behind-go">
        <Link className="button main" to={listed(url, one.list, NOT_LISTED)}>{t("behind.see", { n: one.customers })}</Link>
      </div>
    </aside>
  );
}

export function FlowTab() {
  const { t } = useWords();
  const { view, parameters, nameOf } = useQuestion();
  const [after, setAfter] = useParameter("after", "");
  const [direction, setDirection] = useParameter("way_to", "");
  const [depth, setDepth] = useParameter("depth", "4");
  const [chosen, setChosen] = useState<FlowChoice>(null);
  const isBackwards = direction !== "";
  const anchor = after === "" ? {} : isBackwards ? { "to-step": after } : { "from-step": after };
  const answer = useAnswer<FlowAnswer>("journey/flow", { ...parameters, ...anchor, depth, top: 7, backwards: isBackwards });
  return (
    <>
      <Shown answer={answer}>
        {(data) => (
          <>
            <Outcomes totals={data} />
            <div className="split" data-open={chosen !== null}>
              <Picture title={t("tab.flow")} name="ariane-flow" help={<Help about={t("tab.flow")}>{t("help.flow")}</Help>}
                tools={
                  <>
                    <div className="choice" role="group" aria-label={t("flow.direction")}>
                      <button type="button" aria-pressed={!isBackwards} onClick={() => (setChosen(null), setDirection(""))}>{t("flow.forwards")}</button>
                      <button type="button" aria-pressed={isBackwards} onClick={() => (setChosen(null), setDirection("back"))}>{t("flow.backwards")}</button>
                    </div>
                    <label className="inline">
                      <span>{t(isBackwards ? "flow.to" : "flow.from")}</span>
                      <select value={after} onChange={(event) => (setChosen(null), setAfter(event.target.value))}>
                        <option value="">{t(isBackwards ? "flow.any_end" : "flow.any_start")}</option>
                        {view.steps.map((one) => <option key={one.key} value={one.key}>{nameOf(one.key)}</option>)}
                        {view.steps.length === 0 && after !== "" && <option value={after}>{after}</option>}
                      </select>
                    </label>
                    <label className="inline">
                      <span>{t("flow.depth")}</span>
                      <select value={depth} onChange={(event) => (setChosen(null), setDepth(event.target.value))}>
                        {["3", "4", "5", "6", "8"].map((n) => <option key={n}>{n}</option>)}
                      </select>
                    </label>
                  </>
                }>
                {data.journeys === 0 ? (
                  <Empty title={t("map.none")}>{t("map.none_more")}</Empty>
                ) : (
                  <Flow answer={data} nameOf={nameOf} chosen={chosen} onChoose={setChosen} />
                )}
                <p className="account">{t("flow.account")}</p>
              </Picture>
              {chosen && <Chosen answer={data} chosen={chosen} onClose={() => setChosen(null)} />}
            </div>
          </>
        )}
      </Shown>
    </>
  );
}
