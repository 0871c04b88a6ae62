// pages/journeys/FlowTab.tsx - where journeys go, or where they come from, step by step; of one set of journeys or of two.
import { useMemo, useState, type ReactNode } from "react";
import type { Parameters } from "../../api/client";
import { useAnswer } from "../../api/questions";
import type { Flow as FlowAnswer } from "../../api/types";
import { useParameter, type Changes } from "../../app/router";
import { useMay } from "../../app/session";
import { useWords } from "../../app/settings";
import { useLeave } from "../../parts/leave";
import { Help } from "../../parts/Help";
import { Link } from "../../parts/Link";
import { Picture } from "../../parts/Picture";
import { Empty, Shown } from "../../parts/States";
import { endName, Flow, type FlowChoice } from "../../pictures/Flow";
import { foldFlow, sharedSteps } from "../../pictures/fold";
import { useQuestion } from "../question";
import { Beside, Differences, type Compared } from "./Differences";
import { listed } from "./listed";
import { Outcomes } from "./Outcomes";
import { useSides, type Sides } from "./sides";

const NOT_LISTED: Changes = { after: undefined, way_to: undefined, depth: undefined };
const TOP = 7;
const TOP_BESIDE = 100; // of each side, so that what is a step of its own in one is known in the other

type Choice = { side: 0 | 1; what: NonNullable<FlowChoice> } | null;

function Chosen({ answer, chosen, only, name, onClose }: { answer: FlowAnswer; chosen: NonNullable<FlowChoice>; only: Changes; name?: string | undefined; onClose: () => void }) {
  const words = useWords();
  const { t } = words;
  const panel = useLeave(JSON.stringify(chosen), onClose);
  const may = useMay();
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
      {name && <p className="account">{name}</p>}
      <dl>
        <div><dt>{t("behind.journeys")}</dt><dd>{words.number(one.journeys)}</dd></div>
        <div><dt>{t("column.share")}</dt><dd>{words.percent(one.share, 1)}</dd></div>
        {one.customers !== undefined && <div><dt>{t("column.customers")}</dt><dd>{words.number(one.customers)}</dd></div>}
        {"mean_s" in one && <div><dt>{t("flow.mean")}</dt><dd>{words.span(one.mean_s)}</dd></div>}
      </dl>
      {may("lists") && (
        <div className="behind-go">
          <Link className="button main" to={listed(url, one.list, { ...NOT_LISTED, ...only })}>
            {one.customers === undefined ? t("behind.see_all") : t("behind.see", { n: one.customers })}
          </Link>
        </div>
      )}
    </aside>
  );
}

interface Tools {
  asked: Parameters;
  anchor: Changes;
  tools: ReactNode;
  /** Which positions are in sight. */
  window: { first: number; onMove: (first: number) => void };
}

function useFlowTools(onChange: () => void): Tools {
  const { t } = useWords();
  const { view, nameOf } = useQuestion();
  const [after, setAfter] = useParameter("after", "");
  const [direction, setDirection] = useParameter("way_to", "");
  const [depth, setDepth] = useParameter("depth", "4");
  const [first, setFirst] = useState(1);
  const isBackwards = direction !== "";
  const anchor: Record<string, string> = after === "" ? {} : { [isBackwards ? "to-step" : "from-step"]: after };
  const tools = (
    <>
      <div className="choice" role="group" aria-label={t("flow.direction")}>
        <button type="button" aria-pressed={!isBackwards} onClick={() => (onChange(), setDirection(""))}>{t("flow.forwards")}</button>
        <button type="button" aria-pressed={isBackwards} onClick={() => (onChange(), setDirection("back"))}>{t("flow.backwards")}</button>
      </div>
      <label className="inline">
        <span>{t(isBackwards ? "flow.to" : "flow.from")}</span>
        <select value={after} onChange={(event) => (onChange(), setAfter(event.target.value))}>
          <option value="">{t(isBackwards ? "flow.any_end" : "flow.any_start")}</option>
          {view.steps.map((one) => <option key={one.key} value={one.key}>{nameOf(one.key)}</option>)}
          {view.steps.length === 0 && after !== "" && <option value={after}>{nameOf(after)}</option>}
        </select>
      </label>
      <label className="inline">
        <span>{t("flow.depth")}</span>
        <select value={depth} onChange={(event) => (onChange(), setDepth(event.target.value))}>
          {["3", "4", "5", "6", "8"].map((n) => <option key={n}>{n}</option>)}
        </select>
      </label>
    </>
  );
  return { asked: { ...anchor, depth, backwards: isBackwards }, anchor, tools, window: { first, onMove: setFirst } };
}

/** Of each step at each position, the share of the journeys that are there. */
function rowsOf(flows: readonly [FlowAnswer, FlowAnswer], nameOf: (step: string) => string, other: string): Compared[] {
  const [first, second] = flows;
  return first.nodes.flatMap((one, i) => {
    const two = second.nodes[i];
    if (!two || (one.journeys === 0 && two.journeys === 0)) return [];
    return [{
      key: `${one.position} ${one.step ?? ""}`,
      name: `${one.position}. ${one.kind === "other" ? other : nameOf(one.step ?? "")}`,
      shares: [
        { part: one.journeys, whole: first.journeys, people: first.customers },
        { part: two.journeys, whole: second.journeys, people: second.customers },
      ] as const,
    }];
  });
}

function OneFlow({ asked, anchor, tools, window, chosen, onChoose }: Tools & { chosen: Choice; onChoose: (what: Choice) => void }) {
  const { t } = useWords();
  const { parameters, nameOf } = useQuestion();
  const answer = useAnswer("journey/flow", { ...parameters, ...asked, top: TOP });
  return (
    <Shown answer={answer}>
      {(data) => (
        <>
          <Outcomes totals={data} />
          <div className="split" data-open={chosen !== null}>
            <Picture title={t("tab.flow")} name="ariane-flow" help={<Help about={t("tab.flow")}>{t("help.flow")}</Help>} tools={tools}>
              {data.journeys === 0 ? (
                <Empty title={t("map.none")}>{t("map.none_more")}</Empty>
              ) : (
                <Flow {...window} answer={data} nameOf={nameOf} chosen={chosen?.what ?? null} onChoose={(what) => onChoose(what && { side: 0, what })} label={t("tab.flow")} />
              )}
              <p className="account">{t("flow.account")}</p>
            </Picture>
            {chosen && <Chosen answer={data} chosen={chosen.what} only={anchor} onClose={() => onChoose(null)} />}
          </div>
        </>
      )}
    </Shown>
  );
}

function TwoFlows({ sides, asked, anchor, tools, window, chosen, onChoose }: Tools & { sides: Sides; chosen: Choice; onChoose: (what: Choice) => void }) {
  const { t } = useWords();
  const { nameOf } = useQuestion();
  const first = useAnswer("journey/flow", { ...sides[0].parameters, ...asked, top: TOP_BESIDE, "counts-only": true });
  const second = useAnswer("journey/flow", { ...sides[1].parameters, ...asked, top: TOP_BESIDE, "counts-only": true });
  const both = useMemo(() => {
    if (!first.data || !second.data) return undefined;
    const kept = sharedSteps([first.data, second.data], TOP);
    return [foldFlow(first.data, kept), foldFlow(second.data, kept)] as const;
  }, [first.data, second.data]);
  const one = chosen && both?.[chosen.side];
  return (
    <Shown answer={first}>
      {() => (
        <Shown answer={second}>
          {() => both && (
            <>
              <div className="split" data-open={chosen !== null}>
                <Picture title={t("tab.flow")} name="ariane-flow" help={<Help about={t("tab.flow")}>{t("help.flow")}</Help>} tools={tools}>
                  <Beside sides={sides} totals={both}>
                    {both.map((data, i) =>
                      data.journeys === 0 ? (
                        <Empty key={i} title={t("map.none")} />
                      ) : (
                        <Flow key={i} {...window} asShares answer={data} nameOf={nameOf} chosen={chosen?.side === i ? chosen.what : null}
                          onChoose={(what) => onChoose(what && { side: i as 0 | 1, what })} label={`${t("tab.flow")}, ${sides[i as 0 | 1].name}`} />
                      ))}
                  </Beside>
                  <p className="account">{t("flow.account_beside")}</p>
                </Picture>
                {chosen && one && <Chosen answer={one} chosen={chosen.what} only={{ ...anchor, ...sides[chosen.side].only }} name={sides[chosen.side].name} onClose={() => onChoose(null)} />}
              </div>
              <Differences caption={t("flow.differences")} what={t("flow.step_at")} name="ariane-flow-differences" sides={sides} rows={rowsOf(both, nameOf, t("flow.other"))} />
              <p className="account">{t("compare.each_alone")}</p>
            </>
          )}
        </Shown>
      )}
    </Shown>
  );
}

export function FlowTab() {
  const [chosen, setChosen] = useState<Choice>(null);
  const flow = useFlowTools(() => setChosen(null));
  const sides = useSides();
  return sides ? <TwoFlows {...flow} sides={sides} chosen={chosen} onChoose={setChosen} /> : <OneFlow {...flow} chosen={chosen} onChoose={setChosen} />;
}
