// pages/journeys/Differences.tsx - of two sides: each share, how far they are apart, and how surely.
import type { ReactNode } from "react";
import type { Interval } from "../../api/types";
import { useWords } from "../../app/settings";
import { Table } from "../../parts/Table";
import { Gap } from "../../parts/Whisker";
import { gapOf, isSure, shareOf, type Share } from "./shares";
import type { Sides } from "./sides";

export interface Compared {
  key: string;
  name: string;
  shown?: ReactNode;
  /** Undefined: the answer of that side does not reach so far. */
  shares: readonly [Share | undefined, Share | undefined];
}

const NONE: Interval = { value: null, low: null, high: null };

export function Differences({ caption, what, name, sides, rows }: { caption: string; what: string; name: string; sides: Sides; rows: readonly Compared[] }) {
  const words = useWords();
  const { t } = words;
  const told = rows.map((row) => {
    const [first, second] = row.shares.map((one) => (one ? shareOf(one) : NONE)) as [Interval, Interval];
    return { ...row, first, second, gap: gapOf(first, second) };
  });
  const most = Math.max(0.001, ...told.map(({ gap }) => Math.max(Math.abs(gap.low ?? 0), Math.abs(gap.high ?? 0))));
  const share = (one: Interval, of: Share | undefined) => (one.value === null ? "–" : <>{words.percent(one.value, 1)} <small>{words.number(of?.part ?? 0)}</small></>);
  return (
    <Table<(typeof told)[number]>
      caption={caption}
      name={name}
      rows={told}
      rowKey={(one) => one.key}
      columns={[
        { key: "what", name: what, value: (one) => one.name, show: (one) => one.shown ?? one.name },
        { key: "first", name: sides[0].name, isNumber: true, value: (one) => one.first.value ?? undefined, show: (one) => share(one.first, one.shares[0]) },
        { key: "second", name: sides[1].name, isNumber: true, value: (one) => one.second.value ?? undefined, show: (one) => share(one.second, one.shares[1]) },
        { key: "gap", name: t("compare.difference"), isNumber: true, value: (one) => one.gap.value ?? undefined,
          show: (one) => (one.gap.value === null ? "–" : isSure(one.gap) ? <b>{words.points(one.gap.value)}</b> : words.points(one.gap.value)) },
        { key: "low", name: t("compare.interval"), value: (one) => (one.gap.low === null ? "" : `${words.points(one.gap.low)} … ${words.points(one.gap.high ?? 0)}`),
          show: (one) => one.gap.low !== null && one.gap.high !== null && (
            <span className="compare-gap">
              <Gap interval={one.gap} most={most} label={t("interval", { low: words.points(one.gap.low), high: words.points(one.gap.high) })} />
              <small>{words.points(one.gap.low)} … {words.points(one.gap.high)}</small>
            </span>
          ) },
      ]}
    />
  );
}

/** Two pictures side by side, each with its name and how many journeys of how many customers it draws. */
export function Beside({ sides, totals, isWide = false, children }: {
  sides: Sides;
  totals: readonly { journeys: number; customers: number }[];
  /** Too wide to be read at half a page: one below the other, but on very large screens. */
  isWide?: boolean;
  children: readonly ReactNode[];
}) {
  const { t } = useWords();
  return (
    <div className="side-by-side" data-wide={isWide}>
      {sides.map((side, i) => (
        <section key={side.name + i}>
          <h3>{side.name}</h3>
          <p className="account">{t("compare.of", { n: totals[i]?.journeys ?? 0, people: totals[i]?.customers ?? 0 })}</p>
          {children[i]}
        </section>
      ))}
    </div>
  );
}
