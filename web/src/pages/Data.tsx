// pages/Data.tsx - what there is, how it is, and how more comes in.
import { useStatus } from "../api/questions";
import { useMay } from "../app/session";
import { useWords } from "../app/settings";
import { Figure } from "../parts/Figure";
import { Help } from "../parts/Help";
import { Shown } from "../parts/States";
import { Doors } from "./data/Doors";
import { Import } from "./data/Import";

export default function Data() {
  const words = useWords();
  const { t } = words;
  const status = useStatus();
  const may = useMay();
  return (
    <div className="page data">
      <header className="page-head">
        <div>
          <h1>{t("place.data")}</h1>
          <p className="lead">{t("data.lead")}</p>
        </div>
      </header>
      <Shown answer={status} rows={3}>
        {(data) => (
          <>
            <div className="figures">
              <Figure name={t("data.events")} value={words.number(data.events)}
                note={data.first_time && data.last_time ? t("data.from_to", { since: words.date(data.first_time), until: words.date(data.last_time) }) : ""} />
              <Figure name={t("data.customers")} value={words.number(data.customers)} {...(may("customers") ? { to: "/customers" } : {})} note={t("data.identifiers", { n: data.identifiers })} />
              <Figure name={t("data.attributes")} value={words.number(data.attributes.keys)} note={t("data.not_indexed", { n: data.attributes.not_indexed })}
                help={<Help about={t("data.attributes")}>{t("help.attributes")}</Help>} />
              <Figure name={t("data.journal")} value={words.bytes(data.journal_bytes)} note={t("data.epoch", { n: String(data.epoch) })} />
              <Figure name={t("data.health")} value={t(`health.${data.health}`)} tone={data.health === "good" ? "good" : "bad"}
                note={t("data.damaged", { n: data.damaged_records })} />
            </div>
            {data.attributes.over_budget.length > 0 && (
              <ul className="account">
                {data.attributes.over_budget.map((one) => (
                  <li key={one.source}>{t("data.over_budget", { source: one.source, n: one.not_indexed })}</li>
                ))}
              </ul>
            )}
          </>
        )}
      </Shown>
      {may("import") && <Import />}
      <Doors />
    </div>
  );
}
