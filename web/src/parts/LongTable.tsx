// parts/LongTable.tsx - a table of any number of rows: only those in sight are drawn; the server sorts them and hands them
// out by pages.  On paper too: what was in sight.
import { useEffect, useRef, useState, type ReactNode } from "react";
import { useWords } from "../app/settings";
import { saveCsv } from "./save";
import { csvHead, type Column } from "./Table";
import { useWindow } from "./window";

export const ROW_PX = 42; // --long-row of the style sheet

export interface LongColumn<Row> extends Column<Row> {
  /** Of the table's width, as CSS says it: columns do not move while one scrolls. */
  width: string;
  /** What the server calls the two orders of it; a click asks for the first, the next for the second. */
  orders?: readonly [first: string, second: string];
}

export interface Rows<Row> {
  /** How many there are; where that is not known: those that are here, and one if there are more. */
  count: number;
  /** More come as one scrolls on. */
  isGrowing?: boolean;
  rowAt: (i: number) => Row | undefined;
  /** These will be looked at. */
  see: (first: number, end: number) => void;
  /** All of them, for the CSV: at most CSV_ROWS_MAX. */
  all: () => Promise<readonly Row[]>;
}

export const CSV_ROWS_MAX = 100_000;

export function LongTable<Row>({ caption, name, columns, rows, order, onOrder, note }: {
  caption: string;
  name: string;
  columns: readonly LongColumn<Row>[];
  rows: Rows<Row>;
  order?: string;
  onOrder?: (order: string) => void;
  note?: ReactNode;
}) {
  const { t } = useWords();
  const frame = useRef<HTMLDivElement>(null);
  const { first, end, before, after } = useWindow(frame, rows.count, ROW_PX);
  const [isSaving, setSaving] = useState(false);
  const { see } = rows;
  useEffect(() => {
    see(first, end);
  }, [see, first, end]);
  useEffect(() => {
    frame.current?.scrollTo({ top: 0 });
  }, [order]);
  const save = async () => {
    setSaving(true);
    try {
      const all = await rows.all();
      saveCsv(name, columns.map(csvHead), all.map((row) => columns.map((column) => column.value(row))));
    } finally {
      setSaving(false);
    }
  };
  const sorted = (column: LongColumn<Row>) => {
    const at = order === undefined ? -1 : (column.orders?.indexOf(order) ?? -1);
    return at < 0 ? undefined : at === 0 ? "descending" : "ascending";
  };
  return (
    <div className="table long">
      <div className="table-head">
        <h3>{caption}</h3>
        {note}
        <button type="button" className="quiet" disabled={isSaving} onClick={() => void save()}>CSV<span className="unseen"> {caption}</span></button>
      </div>
      <div className="table-scroll long-scroll" ref={frame} tabIndex={0} role="region" aria-label={caption}>
        <table aria-rowcount={rows.count + 1}>
          <colgroup>{columns.map((column) => <col key={column.key} style={{ width: column.width }} />)}</colgroup>
          <thead>
            <tr aria-rowindex={1}>
              {columns.map(({ orders, ...column }) => (
                <th key={column.key} scope="col" data-number={column.isNumber} aria-sort={sorted({ ...column, ...(orders ? { orders } : {}) })}>
                  {orders && onOrder ? (
                    <button type="button" onClick={() => onOrder(order === orders[0] ? orders[1] : orders[0])}>{column.name}</button>
                  ) : (
                    column.name
                  )}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {before > 0 && <tr className="long-space" aria-hidden="true"><td colSpan={columns.length} style={{ height: before }} /></tr>}
            {Array.from({ length: end - first }, (_, i) => {
              const row = rows.rowAt(first + i);
              return (
                <tr key={first + i} aria-rowindex={first + i + 2} data-coming={row === undefined}>
                  {columns.map((column) => (
                    <td key={column.key} data-number={column.isNumber}>
                      {row === undefined ? <i /> : column.show ? column.show(row) : column.value(row)}
                    </td>
                  ))}
                </tr>
              );
            })}
            {after > 0 && <tr className="long-space" aria-hidden="true"><td colSpan={columns.length} style={{ height: after }} /></tr>}
          </tbody>
        </table>
      </div>
      <p className="print-only">{t("table.printed", { shown: end - first, n: rows.count })}</p>
      <p className="table-more">{rows.isGrowing ? t("table.so_far", { n: rows.count - 1 }) : t("table.rows", { n: rows.count })}</p>
    </div>
  );
}
