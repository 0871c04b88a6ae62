// app/App.tsx - the house: who is there, the rail, and the page of the address.
import { lazy, Suspense, useEffect, useRef, useState, type ReactNode } from "react";
import { Empty, Waiting } from "../parts/States";
import { Link } from "../parts/Link";
import type { Key } from "../words";
import { News } from "./News";
import { Palette } from "./Palette";
import { Progress } from "./Progress";
import { Rail } from "./Rail";
import { useAddress } from "./router";
import { Session, useMay, type Right } from "./session";
import { Setup } from "./Setup";
import { useWords } from "./settings";

const Home = lazy(() => import("../pages/Home"));
const Journeys = lazy(() => import("../pages/Journeys"));
const Customers = lazy(() => import("../pages/Customers"));
const Customer = lazy(() => import("../pages/Customer"));
const Costs = lazy(() => import("../pages/Costs"));
const Editor = lazy(() => import("../pages/Editor"));
const Gallery = lazy(() => import("../pages/Gallery"));
const Data = lazy(() => import("../pages/Data"));
const Account = lazy(() => import("../pages/Account"));

interface Page {
  name: Key;
  page: ReactNode;
  right?: Right;
}

function pageOf(path: string): Page {
  const [, place = "", rest = ""] = path.split("/");
  if (place === "") return { name: "place.home", page: <Home />, right: "journeys" };
  if (place === "journeys") return { name: "place.journeys", page: <Journeys tab={rest || "map"} />, right: rest === "customers" ? "lists" : "journeys" };
  if (place === "customers" && rest === "") return { name: "place.customers", page: <Customers />, right: "customers" };
  if (place === "customers") return { name: "place.customers", page: <Customer key={rest} identifier={decodeURIComponent(rest)} />, right: "customers" };
  if (place === "costs") return { name: "place.costs", page: <Costs />, right: "journeys" };
  if (place === "editor") return { name: "place.editor", page: <Editor />, right: "journeys" };
  if (place === "gallery") return { name: "place.gallery", page: <Gallery />, right: "journeys" };
  if (place === "data") return { name: "place.data", page: <Data tab={rest} />, right: "status" };
  if (place === "account") return { name: "account.title", page: <Account /> };
  return { name: "place.none", page: <Nowhere /> };
}

function Nowhere() {
  const { t } = useWords();
  return (
    <Empty title={t("place.none")}>
      <Link to="/" className="button">
        {t("place.home")}
      </Link>
    </Empty>
  );
}

function Refused() {
  const { t } = useWords();
  return <Empty title={t("place.refused")}>{t("place.refused_more")}</Empty>;
}

/** Who may not see what all are shown first begins with what is open. */
function firstOf(path: string, may: (right: Right) => boolean): string {
  return path === "/" && !may("journeys") ? (may("customers") ? "/customers" : "/data") : path;
}

const IDLE_AFTER_MS = 1500; // by then the first page stands

/** Whoever may see analyses will: their page and the program that lays out maps are fetched while nothing else is to be done, unless
 *  the reader's connection is one to be spared. */
function useReady(isWanted: boolean): void {
  useEffect(() => {
    const { saveData } = (navigator as { connection?: { saveData?: boolean } }).connection ?? {};
    if (!isWanted || saveData) return undefined;
    let stop = (): void => undefined;
    const fetchAll = () => void Promise.all([import("../pages/Journeys"), import("../pictures/layout")]).then(([, { warmUp }]) => (stop = warmUp())).catch(() => undefined);
    const timer = window.setTimeout(() => ("requestIdleCallback" in window ? window.requestIdleCallback(fetchAll) : fetchAll()), IDLE_AFTER_MS);
    return () => (window.clearTimeout(timer), stop());
  }, [isWanted]);
}

function House() {
  const { t } = useWords();
  const path = useAddress().pathname;
  const [hasPalette, setPalette] = useState(false);
  const main = useRef<HTMLElement>(null);
  const may = useMay();
  const { name, page, right } = pageOf(firstOf(path, may));
  const isOpen = right === undefined || may(right);
  useReady(may("journeys"));

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "k") return;
      event.preventDefault();
      setPalette((now) => !now);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
  useEffect(() => {
    document.title = `${t(name)} · Ariane`;
  }, [t, name]);
  return (
    <>
      <a className="skip" href="#main" onClick={(event) => (event.preventDefault(), main.current?.focus())}>
        {t("action.skip")}
      </a>
      <Rail onPalette={() => setPalette(true)} />
      <main id="main" ref={main} tabIndex={-1}>
        <News />
        <Progress />
        <Suspense fallback={<Waiting />}>{isOpen ? page : <Refused />}</Suspense>
      </main>
      {hasPalette && <Palette onClose={() => setPalette(false)} />}
    </>
  );
}

export function App() {
  if (window.location.pathname === "/setup") return <Setup />;
  return (
    <Session>
      <House />
    </Session>
  );
}
