// pages/journeys/CompareTab.tsx - two periods, or a group of customers and all others, side by side: where they differ, by
// how much, and how surely.
import { useState, type FormEvent } from "react";
import { useAnswer, useStatus } from "../../api/questions";
import { changed, go, useAddress, type Changes } from "../../app/router";
import { useWords } from "../../app/settings";
import { Help } from "../../parts/Help";
import { Link } from "../../parts/Link";
import { Empty, Shown } from "../../parts/States";
import { Table } from "../../parts/Table";
import { Gap } from "../../parts/Whisker";
import { useQuestion } from "../question";
import { isoDay } from "../../words";
import { conditionName, eventName } from "../../words/traits";
import { countedBy } from "./listed";
import { EXAMPLES, KINDS, NO_SIDES, partsOf, type Kind } from "./sides";
import type { Schema } from "../../api/paths";

type Difference = NonNullable<Compared["differences"]>[number];

type Compared = Schema<"journey-compare">;

const DAY_MS = 86_400_000;

function useAsked(): { kind: Kind; value: string } {
  const url = useAddress();
  const last = useStatus().data?.last_time;
  const kind = KINDS.find((one) => url.searchParams.has(one));
  if (kind) return { kind, value: url.searchParams.get(kind) ?? "" };
  return { kind: "split", value: last ? isoDay(Date.parse(last) - 91 * DAY_MS) : "" };
}

function Asking({ kind, value }: { kind: Kind; value: string }) {
  const { t } = useWords();
  const url = useAddress();
  const [chosen, setChosen] = useState<Kind>(kind);
  const ask = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const told = String(new FormData(event.currentTarget).get("value") ?? "").trim();
    if (told !== "") go(changed(url, { ...NO_SIDES, [chosen]: told }));
  };
  return (
    <form className="comparing" onSubmit={ask}>
      <div className="choice" role="group" aria-label={t("compare.what")}>
        {KINDS.map((one) => (
          <button key={one} type="button" aria-pressed={chosen === one} onClick={() => setChosen(one)}>{t(`compare.${one}`)}</button>
        ))}
      </div>
      <label>
        <span>{t(`compare.${chosen}_value`)}</span>
        <input key={chosen} name="value" type={chosen === "split" ? "date" : "text"} defaultValue={chosen === kind ? value : ""} placeholder={EXAMPLES[chosen]} required />
      </label>
      <button type="submit" className="button">{t("compare.do")}</button>
      <Help about={t("tab.compare")}>{t("help.compare")}</Help>
    </form>
  );
}

export function CompareTab() {
  const words = useWords();
  const { t } = words;
  const { url, parameters, nameOf } = useQuestion();
  const asked = useAsked();
  const answer = useAnswer(asked.value === "" ? undefined : "journey/compare", { ...parameters, [asked.kind]: asked.value, top: 100 }, ["first", "second", "compared", "differences"]);
  const [first, second] = asked.kind === "split"
    ? [t("compare.first_split", { day: words.date(asked.value) }), t("compare.second_split", { day: words.date(asked.value) })]
    : [t("compare.first_group"), asked.kind === "group" ? conditionName(asked.value, words.language) : eventName(asked.value, words.language)];
  const name = (one: Difference) => {
    if (one.what === "edge") return `${nameOf(one.from ?? "")} → ${nameOf(one.to ?? "")}`;
    return t(`compare.is_${one.what}`, { name: one.outcome ? t(`outcome.${one.outcome}`) : nameOf(one.step ?? "") });
  };
  const behind = (one: Difference): string => {
    const step = one.step ?? "";
    const filter = one.what === "outcome" ? { outcome: one.outcome }
      : countedBy(url, one.what === "edge" ? { edge: [one.from ?? "", one.to ?? ""] } : one.what === "start" ? { place: 1, step }
      : one.what === "end" ? { place: -1, step } : { steps: [step] });
    const second = partsOf(asked.kind, asked.value, parameters, undefined)?.[1] as Changes;
    return changed(url, { ...NO_SIDES, ...filter, ...second }, "/journeys/customers");
  };
  const share = (part: number, whole: number) => (whole > 0 ? part / whole : 0);
  return (
    <>
      <Asking key={asked.kind + asked.value} {...asked} />
      <Shown answer={answer}>
        {(data) => {
          const most = Math.max(0.001, ...data.differences.map((one) => Math.max(Math.abs(one.difference.low ?? 0), Math.abs(one.difference.high ?? 0))));
          if (data.differences.length === 0) return <Empty title={t("compare.same")}>{t("compare.same_more", { n: data.compared })}</Empty>;
          return (
            <>
              <p className="sentence compared">
                <b>{first}</b> : {t("compare.of", { n: data.first.journeys, people: data.first.customers })}. <b>{second}</b> : {t("compare.of", { n: data.second.journeys, people: data.second.customers })}.
              </p>
              {asked.kind === "split" && data.differences.some((one) => one.what === "outcome" && one.outcome === "open") && <p className="caveat">{t("compare.edge_of_time")}</p>}
              <Table<Difference>
                caption={t("compare.title", { n: data.differences.length, all: data.compared })}
                name="ariane-compare"
                rows={data.differences}
                rowKey={(one) => `${one.what}${one.from ?? ""}\u0000${one.to ?? ""}${one.step ?? ""}${one.outcome ?? ""}`}
                columns={[
                  { key: "what", name: t("compare.where"), value: name, show: (one) => <Link to={behind(one)}>{name(one)}</Link> },
                  { key: "first", name: first, isNumber: true, value: (one) => share(one.first, one.first_of), show: (one) => words.percent(share(one.first, one.first_of), 1) },
                  { key: "second", name: second, isNumber: true, value: (one) => share(one.second, one.second_of), show: (one) => words.percent(share(one.second, one.second_of), 1) },
                  { key: "difference", name: t("compare.difference"), isNumber: true, value: (one) => one.difference.value ?? undefined,
                    show: (one) => <b>{words.points(one.difference.value ?? 0)}</b> },
                  { key: "interval", name: t("compare.interval"), value: (one) => `${one.difference.low} ${one.difference.high}`,
                    show: (one) => (
                      <span className="compare-gap">
                        <Gap interval={one.difference} most={most} label={t("interval", { low: words.points(one.difference.low ?? 0), high: words.points(one.difference.high ?? 0) })} />
                        <small>{words.points(one.difference.low ?? 0)} … {words.points(one.difference.high ?? 0)}</small>
                      </span>
                    ) },
                ]}
              />
            </>
          );
        }}
      </Shown>
    </>
  );
}
