// pages/journeys/MapTab.tsx - the river: what follows what, as simple as one asks, and what is left out.
import { useCallback, useState } from "react";
import { useAnswer, useMapThenTimes } from "../../api/questions";
import type { JourneyMap, MapEdge } from "../../api/types";
import { changed, go, useParameter } from "../../app/router";
import { useWords } from "../../app/settings";
import { Help } from "../../parts/Help";
import { Picture } from "../../parts/Picture";
import { Empty, Failed, Shown } from "../../parts/States";
import { Table } from "../../parts/Table";
import { River, type Chosen, type Colour } from "../../pictures/River";
import { Legend } from "../../pictures/Legend";
import { isGoodStep } from "../../views/views";
import { useQuestion } from "../question";
import { Behind } from "./Behind";
import { Beside } from "./Differences";
import { Reconciled } from "./Reconciled";
import { Sentence } from "./Sentence";
import { Outcomes } from "./Outcomes";
import { useSides } from "./sides";

const colours: readonly Colour[] = ["volume", "time", "loss"];

function chosenIn(url: URL): Chosen {
  const [from, to] = url.searchParams.getAll("edge");
  const step = url.searchParams.get("step");
  if (from !== undefined && to !== undefined) return { kind: "edge", from, to };
  return step === null ? null : { kind: "step", step };
}

function Account({ map }: { map: JourneyMap }) {
  const words = useWords();
  const { hidden } = map;
  return (
    <p className="account">
      {hidden.edges === 0
        ? words.t("map.all_shown")
        : words.t("map.hidden", { n: hidden.edges, count: hidden.count, share: words.percent(hidden.share) })}
    </p>
  );
}

function EdgeTable({ map, isTimed, before }: { map: JourneyMap; isTimed: boolean; before?: { map: JourneyMap; name: string } }) {
  const words = useWords();
  const { t } = words;
  const { url, nameOf } = useQuestion();
  const earlierShare = new Map(before?.map.edges.map((edge) => [`${edge.from}\u0000${edge.to}`, edge.share]));
  const span = (seconds: number | undefined) => (isTimed ? words.span(seconds) : "…");
  const shareThen = (edge: MapEdge) => earlierShare.get(`${edge.from}\u0000${edge.to}`);
  return (
    <Table<MapEdge>
      caption={t("map.passages")}
      name="ariane-map"
      rows={map.edges}
      total={map.edges.length + map.hidden.edges}
      rowKey={(edge) => `${edge.from}\u0000${edge.to}`}
      columns={[
        {
          key: "way", name: t("column.passage"), value: (edge) => `${nameOf(edge.from)} → ${nameOf(edge.to)}`,
          show: (edge) => (
            <button type="button" className="row-button" onClick={() => go(changed(url, { edge: [edge.from, edge.to], step: undefined }), "replace")}>
              {nameOf(edge.from)} <span aria-hidden="true">→</span> {nameOf(edge.to)}
            </button>
          ),
        },
        { key: "count", name: t("column.count"), isNumber: true, value: (edge) => edge.count, show: (edge) => words.number(edge.count) },
        { key: "share", name: t("column.share"), isNumber: true, value: (edge) => edge.share, show: (edge) => words.percent(edge.share, 1) },
        ...(before
          ? [{ key: "then", name: t("column.share_of", { side: before.name }), isNumber: true, value: shareThen,
               show: (edge: MapEdge) => { const then = shareThen(edge); return then === undefined ? "–" : words.percent(then, 1); } }]
          : []),
        { key: "customers", name: t("column.customers"), isNumber: true, value: (edge) => edge.customers, show: (edge) => words.number(edge.customers) },
        { key: "median", name: t("column.median"), unit: "s", isNumber: true, value: (edge) => edge.median_s, show: (edge) => span(edge.median_s) },
        { key: "p90", name: t("column.p90"), unit: "s", isNumber: true, value: (edge) => edge.p90_s, show: (edge) => span(edge.p90_s) },
      ]}
    />
  );
}

function Simplify({ value, onChange }: { value: number; onChange: (value: number) => void }) {
  const { t, percent } = useWords();
  const [moving, setMoving] = useState<number | null>(null);
  const done = () => {
    if (moving !== null) onChange(moving);
    setMoving(null);
  };
  return (
    <label className="simplify">
      <span>{t("map.simplify")}</span>
      <input
        type="range" min={20} max={100} step={5} value={moving ?? value}
        onChange={(event) => setMoving(Number(event.target.value))}
        onPointerUp={done} onKeyUp={done} onBlur={done}
        aria-valuetext={t("map.covers", { share: percent((moving ?? value) / 100, 0) })}
      />
      <output>{percent((moving ?? value) / 100, 0)}</output>
    </label>
  );
}

/** More lines than these no eye tells apart, and laying them out takes seconds; what is left out is counted below, and the whole
 *  is there for who asks for all of it. */
const PASSAGES_DRAWN = 60;

export function MapTab() {
  const { t } = useWords();
  const { url, view, parameters, nameOf } = useQuestion();
  const [coverage, setCoverage] = useParameter("coverage", view.key === "all" ? "40" : "85");
  const [colour, setColour] = useParameter("colour", "volume");
  const sides = useSides();
  const question = { ...(sides?.[1].parameters ?? parameters), coverage, ...(Number(coverage) < 100 ? { top: PASSAGES_DRAWN } : {}) };
  const asked = JSON.stringify(question);
  const [drawn, setDrawn] = useState("");
  const { map, timed } = useMapThenTimes(question, drawn === asked);
  const onDrawn = useCallback(() => setDrawn(asked), [asked]);
  const before = useAnswer(sides && "journey/map", { ...question, ...sides?.[0].parameters });
  const chosen = chosenIn(url);
  const choose = (what: Chosen) =>
    go(changed(url, {
      edge: what?.kind === "edge" ? [what.from, what.to] : undefined,
      step: what?.kind === "step" ? what.step : undefined,
    }), "replace");
  const open = (what: NonNullable<Chosen>) => {
    const at = what.kind === "edge" ? { "at-from": what.from, "at-to": what.to } : { "at-step": what.step };
    go(changed(url, { ...at, edge: undefined, step: undefined }, "/journeys/frictions"));
  };
  const isGood = useCallback((step: string) => isGoodStep(view, step), [view]);
  const picture = (data: JourneyMap, label: string, then?: () => void, beside?: readonly JourneyMap[]) =>
    data.edges.length === 0 ? (
      <Empty title={t("map.none")}>{t("map.none_more")}</Empty>
    ) : (
      <River map={data} colour={colour as Colour} nameOf={nameOf} chosen={chosen} onChoose={choose} onOpen={open}
        isGood={isGood} {...(beside ? { beside } : {})} {...(then ? { onDrawn: then } : {})} label={label} />
    );
  return (
    <Shown answer={map} rows={10}>
      {(counted) => {
        const isTimed = timed.data !== undefined && !timed.isPlaceholderData;
        const data = isTimed ? timed.data : counted;
        const both = sides && before.data ? [before.data, data] : undefined;
        const now = picture(data, t("tab.map"), map.isPlaceholderData ? undefined : onDrawn, both);
        return <>
          <Outcomes totals={data} />
          {view.key !== "all" && <Sentence />}
          <div className="split" data-open={chosen !== null}>
            <Picture
              title={t("tab.map")}
              name="ariane-map"
              help={<Help about={t("tab.map")}>{t("help.map")}</Help>}
              tools={
                <>
                  <Simplify value={Number(coverage)} onChange={(value) => setCoverage(String(value))} />
                  <div className="choice" role="group" aria-label={t("map.colour")}>
                    {colours.map((one) => (
                      <button key={one} type="button" aria-pressed={colour === one} onClick={() => setColour(one)}>
                        {t(`colour.${one}`)}
                      </button>
                    ))}
                  </div>
                </>
              }
            >
              {sides && before.data ? (
                <Beside isWide sides={sides} totals={[before.data, data]}>
                  {[
                    <div key="first">{picture(before.data, sides[0].name, undefined, both)}<Account map={before.data} /></div>,
                    <div key="second">{now}<Account map={data} /></div>,
                  ]}
                </Beside>
              ) : (
                now
              )}
              <Legend colour={colour as Colour} />
              {!both && <Account map={data} />}
              <Reconciled map={data} asked={sides?.[1].parameters ?? parameters} />
            </Picture>
            {chosen && <Behind chosen={chosen} map={data} only={sides?.[1].only ?? {}} {...(sides ? { name: sides[1].name } : {})} onClose={() => choose(null)} />}
          </div>
          {timed.isError && <Failed answer={timed} />}
          <div aria-busy={!isTimed && !timed.isError && data.edges.length > 0}>
            <EdgeTable map={data} isTimed={isTimed} {...(sides && before.data ? { before: { map: before.data, name: sides[0].name } } : {})} />
          </div>
        </>;
      }}
    </Shown>
  );
}
