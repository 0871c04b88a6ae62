// pages/Gallery.tsx - analyses to start with, those that were drawn here, and views that people keep, with what they say of them.
import { useEffect, useRef, useState } from "react";
import { useWords } from "../app/settings";
import { Link } from "../parts/Link";
import { Empty } from "../parts/States";
import { SAVED, useRemoving, useSaved, type Saved } from "../views/saved";
import { views } from "../views/views";
import { Comments, nameOf } from "./Comments";

const UNDO_MS = 8_000;

/** A removal that can be taken back for a while: it is done when that is over, or when one leaves the page. */
function useLateRemoval(name: string): { isGoing: boolean; begin: () => void; takeBack: () => void } {
  const remove = useRemoving();
  const [isGoing, setGoing] = useState(false);
  const isOwed = useRef(false);
  const doIt = useRef(() => undefined as void);
  doIt.current = () => {
    if (isOwed.current) void remove(name);
    isOwed.current = false;
  };
  useEffect(() => {
    if (!isGoing) return undefined;
    const timer = window.setTimeout(() => doIt.current(), UNDO_MS);
    return () => window.clearTimeout(timer);
  }, [isGoing]);
  useEffect(() => () => doIt.current(), []);
  const set = (going: boolean) => {
    isOwed.current = going;
    setGoing(going);
  };
  return { isGoing, begin: () => set(true), takeBack: () => set(false) };
}

function Kept({ one }: { one: Saved }) {
  const words = useWords();
  const { t } = words;
  const { isGoing, begin, takeBack } = useLateRemoval(one.name);
  const [isOpen, setOpen] = useState(false);
  const to = one.kind === "address" ? one.path : `/journeys/map?${new URLSearchParams({ view: SAVED + one.name })}`;
  if (isGoing)
    return (
      <li className="kept-going" role="status">
        {t("views.removed", { name: one.name })}{" "}
        <button type="button" className="button" autoFocus onClick={takeBack}>{t("views.take_back")}<span className="unseen"> {one.name}</span></button>
      </li>
    );
  return (
    <li>
      <div className="kept-head">
        <h3><Link to={to}>{one.name}</Link></h3>
        <small>{t("views.by", { who: nameOf(one.who), time: one.changed ? words.moment(one.changed) : "–" })}</small>
        <span className="kept-go">
          <button type="button" className="quiet" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>{t("views.comments", { n: one.comments })}<span className="unseen"> {one.name}</span></button>
          {one.kind === "definition" && <Link className="quiet" to={`/editor?${new URLSearchParams({ view: SAVED + one.name })}`}>{t("gallery.draw")}<span className="unseen"> {one.name}</span></Link>}
          <button type="button" className="quiet" onClick={begin}>{t("views.remove")}<span className="unseen"> {one.name}</span></button>
        </span>
      </div>
      {isOpen && <Comments view={one.name} />}
    </li>
  );
}

export default function Gallery() {
  const { t, language } = useWords();
  const { saved, isPending } = useSaved();
  const drawn = saved.filter((one) => one.kind === "definition");
  const kept = saved.filter((one) => one.kind === "address");
  return (
    <div className="page gallery-page">
      <header className="page-head">
        <div>
          <h1>{t("place.gallery")}</h1>
          <p className="lead">{t("gallery.lead")}</p>
        </div>
        <Link className="button" to="/editor">{t("gallery.new")}</Link>
      </header>
      <ul className="cards">
        {views.map((view) => (
          <li key={view.key}>
            <h2><Link to={`/journeys/${view.key === "company" ? "frictions" : "map"}?view=${view.key}`}>{view[language].name}</Link></h2>
            <p>{view[language].about}</p>
          </li>
        ))}
      </ul>
      <section>
        <h2>{t("gallery.drawn")}</h2>
        {drawn.length === 0 && !isPending ? <p className="none">{t("gallery.none_drawn")}</p> : <ul className="kept">{drawn.map((one) => <Kept key={one.name} one={one} />)}</ul>}
      </section>
      <section>
        <h2>{t("views.title")}</h2>
        {kept.length === 0 && !isPending ? <Empty title={t("views.none")}>{t("views.none_more")}</Empty> : <ul className="kept">{kept.map((one) => <Kept key={one.name} one={one} />)}</ul>}
      </section>
    </div>
  );
}
