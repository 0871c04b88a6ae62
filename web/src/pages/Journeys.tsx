// pages/Journeys.tsx - the analyses: which one, of whom, when; and eight ways to look at it.
import { useEffect, type ReactNode } from "react";
import { changed, go, useAddress } from "../app/router";
import { useMay } from "../app/session";
import { useWords } from "../app/settings";
import { Link } from "../parts/Link";
import { warmUp } from "../pictures/layout";
import type { Key } from "../words";
import { Waiting } from "../parts/States";
import { SAVED, useSaved, useView } from "../views/saved";
import { views } from "../views/views";
import { KeepView, SaidOfView } from "./KeepView";
import { CompareTab } from "./journeys/CompareTab";
import { FlowTab } from "./journeys/FlowTab";
import { Filters } from "./journeys/Filters";
import { FrictionsTab } from "./journeys/FrictionsTab";
import { FunnelTab } from "./journeys/FunnelTab";
import { ListTab } from "./journeys/ListTab";
import { MapTab } from "./journeys/MapTab";
import { MetricsTab } from "./journeys/MetricsTab";
import { SidesChoice } from "./journeys/sides";
import { VariantsTab } from "./journeys/VariantsTab";

const tabs: readonly { key: string; name: Key; show: () => ReactNode }[] = [
  { key: "map", name: "tab.map", show: () => <MapTab /> },
  { key: "flow", name: "tab.flow", show: () => <FlowTab /> },
  { key: "variants", name: "tab.variants", show: () => <VariantsTab /> },
  { key: "funnel", name: "tab.funnel", show: () => <FunnelTab /> },
  { key: "metrics", name: "tab.metrics", show: () => <MetricsTab /> },
  { key: "compare", name: "tab.compare", show: () => <CompareTab /> },
  { key: "frictions", name: "tab.frictions", show: () => <FrictionsTab /> },
  { key: "customers", name: "tab.customers", show: () => <ListTab /> },
];

/** Ways to look that show two sides; comparing is one itself. */
const BESIDE = new Set(["map", "flow", "variants", "funnel", "metrics"]);

export default function Journeys({ tab }: { tab: string }) {
  const { t, language } = useWords();
  const url = useAddress();
  const may = useMay();
  const key = url.searchParams.get("view") ?? "contacts";
  const { saved } = useSaved();
  const view = useView(key);
  const drawn = saved.filter((one) => one.kind === "definition");
  const now = tabs.find((one) => one.key === tab) ?? tabs[0];
  useEffect(warmUp, []);
  if (!view) return <Waiting />;
  return (
    <div className="page journeys">
      <header className="page-head">
        <div>
          <h1>{view[language].name}</h1>
          <p className="lead">{view[language].about}</p>
        </div>
        <div className="gallery">
          <label htmlFor="gallery-choice">{t("gallery.name")}</label>
          <select
            id="gallery-choice"
            value={view.key}
            onChange={(event) => go(`${url.pathname}?${new URLSearchParams({ view: event.target.value })}`)}
          >
            {views.map((one) => (
              <option key={one.key} value={one.key}>
                {one[language].name}
              </option>
            ))}
            {drawn.length > 0 && (
              <optgroup label={t("gallery.drawn")}>
                {drawn.map((one) => (
                  <option key={one.name} value={SAVED + one.name}>{one.name}</option>
                ))}
              </optgroup>
            )}
          </select>
          <span className="gallery-go">
            <Link to="/gallery">{t("gallery.all")}</Link>
            <Link to={`/editor?${new URLSearchParams({ view: view.key })}`}>{t("gallery.draw")}</Link>
          </span>
        </div>
      </header>
      <nav className="tabs" aria-label={t("tab.all")}>
        {tabs.filter((one) => one.key !== "customers" || may("lists")).map((one) => (
          <Link key={one.key} to={changed(url, {}, `/journeys/${one.key}`)} aria-current={one === now ? "page" : undefined}>
            {t(one.name)}
          </Link>
        ))}
      </nav>
      <Filters><KeepView /></Filters>
      <SaidOfView />
      {BESIDE.has(now?.key ?? "") && <SidesChoice />}
      {now?.show()}
    </div>
  );
}
