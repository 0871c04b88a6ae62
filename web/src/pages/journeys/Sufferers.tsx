// pages/journeys/Sufferers.tsx - all to whom a friction happened, each time it did; or those of one of its causes.
import { useCallback, useState } from "react";
import { askWith } from "../../api/client";
import { useAnswer } from "../../api/questions";
import type { FrictionPlace, Sufferer } from "../../api/types";
import { useMay } from "../../app/session";
import { useWords } from "../../app/settings";
import { Link } from "../../parts/Link";
import { LongTable, type Rows } from "../../parts/LongTable";
import { Shown } from "../../parts/States";
import { useQuestion } from "../question";
import { AFTERMATH, SUPPORT, askFor } from "./friction";
import { threadAround } from "./threadAround";

const FIRST = 200;
const ALL = 10_000_000; // the server holds who suffers anyway; what it may answer with is bounded there

/** The first at once; as one scrolls on, all: the server finds them all each time it is asked. */
function useSufferers(place: FrictionPlace, cause: string | null) {
  const { parameters } = useQuestion();
  const may = useMay();
  const [isAll, setAll] = useState(false);
  const asked = { ...parameters, ...askFor(place), ...(cause ? { ignore: AFTERMATH, support: SUPPORT } : {}), list: cause ?? 0, names: may("customers") };
  const first = useAnswer("journey/drivers", { ...asked, top: FIRST });
  const count = first.data?.listed ?? first.data?.suffered ?? 0;
  const rest = useAnswer(isAll && count > FIRST ? "journey/drivers" : undefined, { ...asked, top: ALL });
  const whole = rest.data && !rest.isPlaceholderData ? rest.data.list : undefined;
  const see = useCallback((_: number, end: number) => end > FIRST / 2 && setAll(true), []);
  const rows: Rows<Sufferer> = {
    count, see, rowAt: (i) => (whole ?? first.data?.list)?.[i],
    all: async () => whole ?? (await askWith("journey/drivers", { ...asked, top: ALL })).list ?? [],
  };
  return { first, rest, rows };
}

export function Sufferers({ place, cause }: { place: FrictionPlace; cause: string | null }) {
  const words = useWords();
  const { t } = words;
  const { first, rest, rows } = useSufferers(place, cause);
  return (
    <Shown answer={rest.isError ? rest : first}>
      {(data) => (
        <LongTable<Sufferer>
          caption={cause ? t("cause.listed", { n: data.listed ?? 0, times: data.suffered }) : t("friction.sufferers", { n: data.customers_suffered, times: data.suffered })}
          name="ariane-friction"
          rows={rows}
          columns={[
            { key: "name", name: t("column.person"), width: "25%", value: (one) => one.name, show: (one) => one.name ?? "–" },
            { key: "customer", name: t("column.customer"), width: "32%", value: (one) => one.customer,
              show: (one) => <Link to={threadAround(one.customer, one.time)} className="cell-customer">{one.customer}</Link> },
            { key: "time", name: t("column.time"), width: "25%", value: (one) => one.time, show: (one) => words.moment(one.time) },
            { key: "cost", name: t("costs.cost"), width: "18%", isNumber: true, value: (one) => one.cost, show: (one) => (one.cost === undefined ? "–" : words.money(one.cost, 2)) },
          ]}
        />
      )}
    </Shown>
  );
}
