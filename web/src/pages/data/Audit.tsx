// pages/data/Audit.tsx - who read and changed what, the newest first, by who did it, what was done, on whom, and when.
import { useState } from "react";
import { PAGE_ROWS, useLinePages } from "../../api/pages";
import { useWords } from "../../app/settings";
import { Help } from "../../parts/Help";
import { Search } from "../../parts/Search";
import { Empty, Shown } from "../../parts/States";
import { LongTable } from "../../parts/LongTable";

interface Row {
  id: number;
  time: string | null;
  who: string;
  action: string;
  subject: string;
  outcome: string;
  trace: string;
}

const FIELDS = ["who", "action", "subject", "since", "until"] as const;

export function Audit() {
  const words = useWords();
  const { t } = words;
  const [asked, setAsked] = useState<Record<string, string>>({});
  const { rows, answer } = useLinePages<Row>("audit", asked, ({ lines }) => {
    const last = lines.at(-1);
    return last && lines.length === PAGE_ROWS ? { before: last.id } : undefined;
  });
  return (
    <section>
      <h2>{t("audit.title")} <Help about={t("audit.title")}>{t("help.audit")}</Help></h2>
      <Search fields={FIELDS} name={(field) => t(`audit.${field}`)} onAsk={setAsked} />
      <Shown answer={answer}>
        {() => rows.count === 0 ? <Empty title={t("list.none")}>{t("audit.none")}</Empty> : (
          <LongTable<Row>
            caption={t("audit.rows")}
            name="ariane-audit"
            rows={rows}
            columns={[
              { key: "time", name: t("column.time"), width: "20%", value: (row) => row.time ?? "", show: (row) => (row.time ? words.moment(row.time) : "–") },
              { key: "who", name: t("audit.who"), width: "16%", value: (row) => row.who },
              { key: "action", name: t("audit.action"), width: "18%", value: (row) => row.action },
              { key: "subject", name: t("audit.subject"), width: "32%", value: (row) => row.subject, show: (row) => <span className="cell-customer">{row.subject}</span> },
              { key: "outcome", name: t("outcome.name"), width: "14%", value: (row) => row.outcome },
            ]}
          />
        )}
      </Shown>
    </section>
  );
}
