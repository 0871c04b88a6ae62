// pages/Gallery.tsx - analyses to start with, those that were drawn here, and views that people keep, with what they say of them.
import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { tell } from "../api/client";
import { useLines } from "../api/questions";
import { useWords } from "../app/settings";
import { Link } from "../parts/Link";
import { Empty, Shown } from "../parts/States";
import { SAVED, useRemoving, useSaved, type Saved } from "../views/saved";
import { views } from "../views/views";

interface Comment {
  id: number;
  who: string;
  time: string;
  text: string;
}

const nameOf = (who: string) => who.replace(/^(user|token|uid):/, "");

function Comments({ view }: { view: string }) {
  const words = useWords();
  const { t } = words;
  const client = useQueryClient();
  const path = `views/${encodeURIComponent(view)}/comments`;
  const comments = useLines<Comment>(path);
  const say = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    await tell("POST", path, { text: String(new FormData(form).get("text") ?? "").trim() });
    form.reset();
    await client.invalidateQueries({ queryKey: [path] });
    await client.invalidateQueries({ queryKey: ["views"] });
  };
  return (
    <div className="comments">
      <Shown answer={comments} rows={1}>
        {(all) => (
          <ul>
            {all.map((one) => (
              <li key={one.id}>
                <p>{one.text}</p>
                <small>{nameOf(one.who)}, {words.moment(one.time)}</small>
              </li>
            ))}
          </ul>
        )}
      </Shown>
      <form className="search" onSubmit={(event) => void say(event)}>
        <input name="text" required maxLength={1000} placeholder={t("views.say")} aria-label={t("views.say")} />
        <button type="submit" className="button">{t("views.do_say")}</button>
      </form>
    </div>
  );
}

function Kept({ one }: { one: Saved }) {
  const words = useWords();
  const { t } = words;
  const remove = useRemoving();
  const [isOpen, setOpen] = useState(false);
  const to = one.kind === "address" ? one.path : `/journeys/map?${new URLSearchParams({ view: SAVED + one.name })}`;
  return (
    <li>
      <div className="kept-head">
        <h3><Link to={to}>{one.name}</Link></h3>
        <small>{t("views.by", { who: nameOf(one.who), time: words.moment(one.changed) })}</small>
        <span className="kept-go">
          <button type="button" className="quiet" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>{t("views.comments", { n: one.comments })}<span className="unseen"> {one.name}</span></button>
          {one.kind === "definition" && <Link className="quiet" to={`/editor?${new URLSearchParams({ view: SAVED + one.name })}`}>{t("gallery.draw")}<span className="unseen"> {one.name}</span></Link>}
          <button type="button" className="quiet" onClick={() => void remove(one.name)}>{t("views.remove")}<span className="unseen"> {one.name}</span></button>
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
