// parts/Table.tsx - a table that sorts, pages what is too much, and leaves as CSV.
import { useState, type ReactNode } from "react";
import { useWords } from "../app/settings";
import { saveCsv, type Cell } from "./save";

export interface Column<Row> {
  key: string;
  name: string;
  /** What sorts and what the CSV holds. */
  value: (row: Row) => Cell;
  /** What is shown, where that is not the value. */
  show?: (row: Row) => ReactNode;
  isNumber?: boolean;
  /** Of the value, where a figure in the CSV does not say it: "s". */
  unit?: string;
}

/** What heads a column of the CSV. */
export function csvHead<Row>({ name, unit }: Column<Row>): string {
  return unit ? `${name} (${unit})` : name;
}

const PAGE = 50;

function compare(a: Cell, b: Cell): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a ?? "").localeCompare(String(b ?? ""));
}

export function Table<Row>({
  caption,
  name,
  columns,
  rows,
  rowKey,
  total,
}: {
  caption: string;
  name: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  /** How many there are, where these are not all. */
  total?: number;
}) {
  const { t } = useWords();
  const [sort, setSort] = useState<{ key: string; down: boolean } | null>(null);
  const [shown, setShown] = useState(PAGE);
  const by = columns.find((column) => column.key === sort?.key);
  const sorted = by
    ? [...rows].sort((a, b) => compare(by.value(a), by.value(b)) * (sort?.down ? -1 : 1))
    : rows;
  const turn = (column: Column<Row>) =>
    setSort((now) =>
      now?.key === column.key ? { key: column.key, down: !now.down } : { key: column.key, down: !!column.isNumber },
    );
  const save = () =>
    saveCsv(name, columns.map(csvHead), sorted.map((row) => columns.map((column) => column.value(row))));
  return (
    <div className="table">
      <div className="table-head">
        <h3>{caption}</h3>
        <button type="button" className="quiet" onClick={save}>
          CSV<span className="unseen"> {caption}</span>
        </button>
      </div>
      <div className="table-scroll" tabIndex={0} role="region" aria-label={caption}>
        <table>
          <thead>
            <tr>
              {columns.map((column) => (
                <th
                  key={column.key}
                  scope="col"
                  data-number={column.isNumber}
                  aria-sort={sort?.key === column.key ? (sort.down ? "descending" : "ascending") : undefined}
                >
                  <button type="button" onClick={() => turn(column)}>
                    {column.name}
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {sorted.slice(0, shown).map((row) => (
              <tr key={rowKey(row)}>
                {columns.map((column) => (
                  <td key={column.key} data-number={column.isNumber}>
                    {column.show ? column.show(row) : column.value(row)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {(sorted.length > shown || (total ?? 0) > sorted.length) && (
        <p className="table-more">
          {t("table.shown", { shown: Math.min(shown, sorted.length), n: total ?? sorted.length })}
          {sorted.length > shown && (
            <button type="button" className="button" onClick={() => setShown((n) => n + 4 * PAGE)}>
              {t("table.more")}
            </button>
          )}
        </p>
      )}
    </div>
  );
}
