// pages/data/Refusals.tsx - rows that could not be read: which, why, and the file of them to mend.
import { useWords } from "../../app/settings";
import { Table } from "../../parts/Table";
import type { Refused } from "./importing";

export function Refusals({ rows, total, file }: { rows: readonly Refused[]; total: number; file?: string }) {
  const { t } = useWords();
  return (
    <div className="refusals">
      <Table<Refused>
        caption={t("import.refused", { n: total })}
        name="ariane-refusals"
        rows={rows}
        total={total}
        rowKey={(one) => `${one.line}.${one.column}.${one.row}`}
        columns={[
          { key: "line", name: t("import.line"), isNumber: true, value: (one) => one.line, show: (one) => one.line || "–" },
          { key: "column", name: t("import.column"), isNumber: true, value: (one) => one.column, show: (one) => one.column || "–" },
          { key: "reason", name: t("sources.why"), value: (one) => one.reason },
          { key: "row", name: t("import.row"), value: (one) => one.row, show: (one) => <code className="payload">{one.row}</code> },
        ]}
      />
      {file && (
        <p className="account">
          <a href={`/api/v1/imports/rejects/${encodeURIComponent(file)}`} download={file}>{t("import.rejects")}</a>
          {" · "}
          <a href={`/api/v1/imports/rejects/${encodeURIComponent(file.replace(/\.rows$/, ".reasons"))}`} download={file.replace(/\.rows$/, ".reasons.tsv")}>{t("import.reasons")}</a>
        </p>
      )}
    </div>
  );
}
