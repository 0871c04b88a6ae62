// pages/data/Audit.tsx - who read and changed what, the newest first, by who did it, what was done, on whom, and when.
import { useState, type FormEvent } from "react";
import { useLines } from "../../api/questions";
import { useWords } from "../../app/settings";
import { Help } from "../../parts/Help";
import { Shown } from "../../parts/States";
import { Table } from "../../parts/Table";

interface Row {
  id: number;
  time: string | null;
  who: string;
  action: string;
  subject: string;
  outcome: string;
  trace: string;
}

const PAGE = 100;
const FIELDS = ["who", "action", "subject", "since", "until"] as const;

export function Audit() {
  const words = useWords();
  const { t } = words;
  const [asked, setAsked] = useState<Record<string, string>>({});
  const [before, setBefore] = useState<number[]>([]); // ids at which the pages before this one ended
  const page = before.at(-1);
  const answer = useLines<Row>("audit", { ...asked, limit: PAGE, ...(page === undefined ? {} : { before: page }) });
  const search = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBefore([]);
    setAsked(Object.fromEntries(FIELDS.map((name) => [name, String(form.get(name) ?? "").trim()]).filter(([, value]) => value !== "")) as Record<string, string>);
  };
  return (
    <section>
      <h2>{t("audit.title")} <Help about={t("audit.title")}>{t("help.audit")}</Help></h2>
      <form className="comparing" onSubmit={search}>
        {FIELDS.map((name) => (
          <label key={name}><span>{t(`audit.${name}`)}</span><input name={name} type={name === "since" || name === "until" ? "date" : "text"} /></label>
        ))}
        <button type="submit" className="button">{t("customers.search")}</button>
      </form>
      <Shown answer={answer}>
        {(rows) => (
          <>
            <Table<Row>
              caption={t("audit.rows")}
              name="ariane-audit"
              rows={rows}
              rowKey={(row) => String(row.id)}
              columns={[
                { key: "time", name: t("column.time"), value: (row) => row.time ?? "", show: (row) => <span className="cell-moment">{row.time ? words.moment(row.time) : "–"}</span> },
                { key: "who", name: t("audit.who"), value: (row) => row.who },
                { key: "action", name: t("audit.action"), value: (row) => row.action },
                { key: "subject", name: t("audit.subject"), value: (row) => row.subject, show: (row) => <span className="cell-customer">{row.subject}</span> },
                { key: "outcome", name: t("outcome.name"), value: (row) => row.outcome },
              ]}
            />
            <p className="table-more">
              {before.length > 0 && <button type="button" className="button" onClick={() => setBefore(before.slice(0, -1))}>{t("audit.newer")}</button>}
              {rows.length === PAGE && <button type="button" className="button" onClick={() => setBefore([...before, rows.at(-1)?.id ?? 0])}>{t("audit.older")}</button>}
            </p>
          </>
        )}
      </Shown>
    </section>
  );
}
