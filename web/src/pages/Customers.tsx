// pages/Customers.tsx - finding a customer: by anything that is known of her.
import { useState, type FormEvent } from "react";
import { useFind } from "../api/find";
import { useJourneyPages } from "../api/pages";
import type { ListedJourney } from "../api/types";
import { useParameter } from "../app/router";
import { useMay } from "../app/session";
import { useWords } from "../app/settings";
import { Link } from "../parts/Link";
import { Empty, Shown } from "../parts/States";
import { LongTable } from "../parts/LongTable";

const FOUND_MAX = 20;

function Results({ text }: { text: string }) {
  const words = useWords();
  const { t } = words;
  const answer = useFind(text, FOUND_MAX);
  if (text.trim().length < 2) return null;
  return (
    <Shown answer={answer} rows={2}>
      {({ list, more, whole }) => (
        <>
          {list.length === 0 && <Empty title={t("customers.none", { text })}>{t("customers.none_more")}</Empty>}
          <ul className="found">
            {list.map((one) => (
              <li key={one.customer}>
                <Link to={`/customers/${encodeURIComponent(one.customer)}`}>{one.name ?? one.customer}</Link>
                <span>{[...new Set([...(one.name ? [one.customer] : []), ...(one.matched ? [one.matched] : []), ...one.identifiers])].filter((text) => text !== (one.name ?? one.customer)).slice(0, 4).join(" · ")}</span>
                <span>{t("customer.events", { n: one.events })}</span>
                {one.first_time && <span>{t("customer.since", { time: words.date(one.first_time) })}</span>}
                {one.last_time && <span>{t("customer.last", { time: words.date(one.last_time) })}</span>}
              </li>
            ))}
          </ul>
          {more && <p className="account">{t("customers.more")}</p>}
          {!whole && <p className="account">{t("customers.part")}</p>}
        </>
      )}
    </Shown>
  );
}

/** All there are, in the order of their latest or of how long one has known them. */
function Everybody() {
  const words = useWords();
  const { t } = words;
  const may = useMay();
  const [order, setOrder] = useParameter("order", "latest");
  const { rows, first } = useJourneyPages({ order, "no-steps": true, names: may("customers") });
  return (
    <Shown answer={first}>
      {() => (
        <LongTable<ListedJourney>
          caption={t("customers.all")}
          name="ariane-all"
          rows={rows}
          order={order}
          onOrder={setOrder}
          columns={[
            { key: "name", name: t("column.person"), width: "22%", value: (one) => one.name, show: (one) => one.name ?? "–" },
            { key: "customer", name: t("column.customer"), width: "28%", value: (one) => one.customer,
              show: (one) => <Link to={`/customers/${encodeURIComponent(one.customer)}`} className="cell-customer">{one.customer}</Link> },
            { key: "first", name: t("column.since"), width: "17%", orders: ["latest", "earliest"], value: (one) => one.first, show: (one) => words.date(one.first) },
            { key: "last", name: t("column.last"), width: "20%", value: (one) => one.last, show: (one) => words.moment(one.last) },
            { key: "events", name: t("column.events"), width: "13%", isNumber: true, orders: ["most-steps", "fewest-steps"], value: (one) => one.length, show: (one) => words.number(one.length) },
          ]}
        />
      )}
    </Shown>
  );
}

export default function Customers() {
  const { t } = useWords();
  const may = useMay();
  const [text, setText] = useParameter("q", "");
  const [typed, setTyped] = useState(text);
  const search = (event: FormEvent) => {
    event.preventDefault();
    setText(typed.trim());
  };
  return (
    <div className="page">
      <header className="page-head">
        <div>
          <h1>{t("place.customers")}</h1>
          <p className="lead">{t("customers.lead")}</p>
        </div>
      </header>
      <form className="search" onSubmit={search} role="search">
        <input value={typed} onChange={(event) => setTyped(event.target.value)} placeholder={t("palette.hint")} aria-label={t("palette.hint")} />
        <button type="submit" className="button main">{t("customers.search")}</button>
      </form>
      {text && <Results text={text} />}
      {may("lists") && <Everybody />}
    </div>
  );
}
