// pages/Data.tsx - what there is, how it is, how more comes in, who is who, who may, and who did what.
import type { ReactNode } from "react";
import { useStatus } from "../api/questions";
import { useMay, type Right } from "../app/session";
import { useWords } from "../app/settings";
import { Figure } from "../parts/Figure";
import { Help } from "../parts/Help";
import { Link } from "../parts/Link";
import { Empty, Shown } from "../parts/States";
import type { Key } from "../words";
import { Audit } from "./data/Audit";
import { Doors } from "./data/Doors";
import { Events } from "./data/Events";
import { Import } from "./data/Import";
import { Retention } from "./data/Retention";
import { Review } from "./data/Review";
import { Sources } from "./data/Sources";

const tabs: readonly { key: string; name: Key; right: Right; show: () => ReactNode }[] = [
  { key: "", name: "data.overview", right: "status", show: () => <Overview /> },
  { key: "sources", name: "sources.title", right: "import", show: () => <Sources /> },
  { key: "events", name: "data.events", right: "lists", show: () => <Events /> },
  { key: "identity", name: "review.title", right: "lists", show: () => <Review /> },
  { key: "retention", name: "retention.title", right: "erase", show: () => <Retention /> },
  { key: "doors", name: "data.doors", right: "doors", show: () => <Doors /> },
  { key: "audit", name: "audit.title", right: "audit", show: () => <Audit /> },
];

export default function Data({ tab }: { tab: string }) {
  const { t } = useWords();
  const may = useMay();
  const open = tabs.filter((one) => may(one.right));
  const now = open.find((one) => one.key === tab);
  return (
    <div className="page data">
      <header className="page-head">
        <div>
          <h1>{t("place.data")}</h1>
          <p className="lead">{t("data.lead")}</p>
        </div>
      </header>
      {open.length > 1 && (
        <nav className="tabs" aria-label={t("place.data")}>
          {open.map((one) => (
            <Link key={one.key} to={one.key === "" ? "/data" : `/data/${one.key}`} aria-current={one === now ? "page" : undefined}>{t(one.name)}</Link>
          ))}
        </nav>
      )}
      {now ? now.show() : <Empty title={t("place.refused")}>{t("place.refused_more")}</Empty>}
    </div>
  );
}

function Overview() {
  const words = useWords();
  const { t } = words;
  const status = useStatus();
  const may = useMay();
  return (
    <>
      <Shown answer={status} rows={3}>
        {(data) => (
          <>
            <div className="figures">
              <Figure name={t("data.events")} value={words.number(data.events)}
                note={data.first_time && data.last_time ? t("data.from_to", { since: words.date(data.first_time), until: words.date(data.last_time) }) : ""} />
              <Figure name={t("data.customers")} value={words.number(data.customers)} {...(may("customers") ? { to: "/customers" } : {})} note={t("data.identifiers", { n: data.identifiers })} />
              <Figure name={t("data.attributes")} value={words.number(data.attributes.keys)} note={data.attributes.not_indexed > 0 ? t("data.not_indexed", { n: data.attributes.not_indexed }) : ""}
                help={<Help about={t("data.attributes")}>{t("help.attributes")}</Help>} />
              <Figure name={t("data.journal")} value={words.bytes(data.journal_bytes)} note={t("data.journal_note")} />
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
    </>
  );
}
