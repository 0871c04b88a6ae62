// pages/Customers.tsx - finding a customer: by anything that is known of her.
import { useQueries } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { ask } from "../api/client";
import { useJourneyPages } from "../api/pages";
import type { Customer, ListedJourney } from "../api/types";
import { identifiersIn } from "../app/Palette";
import { useParameter } from "../app/router";
import { useMay } from "../app/session";
import { useWords } from "../app/settings";
import { Link } from "../parts/Link";
import { Empty, Shown } from "../parts/States";
import { LongTable } from "../parts/LongTable";

function Results({ text }: { text: string }) {
  const words = useWords();
  const { t } = words;
  const tried = identifiersIn(text);
  const answers = useQueries({
    queries: tried.map((identifier) => ({
      queryKey: ["customers", identifier],
      queryFn: () => ask<Customer>(`customers/${encodeURIComponent(identifier)}`),
      retry: false,
    })),
  });
  const found = tried.flatMap((identifier, i) => {
    const customer = answers[i]?.data;
    return customer ? [{ identifier, customer }] : [];
  });
  if (found.length > 0)
    return (
      <ul className="found">
        {found.map(({ identifier, customer }) => (
          <li key={identifier}>
            <Link to={`/customers/${encodeURIComponent(identifier)}`}>{identifier}</Link>
            <span>{t("customer.events", { n: customer.events })}</span>
            {customer.last_time && <span>{t("customer.last", { time: words.date(customer.last_time) })}</span>}
          </li>
        ))}
      </ul>
    );
  if (answers.some((answer) => answer.isPending)) return null;
  return <Empty title={t("customers.none", { text })}>{t("customers.none_more")}</Empty>;
}

/** All there are, in the order of their latest or of how long one has known them. */
function Everybody() {
  const words = useWords();
  const { t } = words;
  const [order, setOrder] = useParameter("order", "latest");
  const { rows, first } = useJourneyPages({ order, "no-steps": true });
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
            { key: "customer", name: t("column.customer"), width: "40%", value: (one) => one.customer,
              show: (one) => <Link to={`/customers/${encodeURIComponent(one.customer)}`} className="cell-customer">{one.customer}</Link> },
            { key: "first", name: t("column.since"), width: "20%", orders: ["latest", "earliest"], value: (one) => one.first, show: (one) => words.date(one.first) },
            { key: "last", name: t("column.last"), width: "25%", value: (one) => one.last, show: (one) => words.moment(one.last) },
            { key: "events", name: t("column.events"), width: "15%", isNumber: true, orders: ["most-steps", "fewest-steps"], value: (one) => one.length, show: (one) => words.number(one.length) },
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
