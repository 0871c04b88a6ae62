// pages/KeepView.tsx - keeps what one looks at under a name, for all who may look; the link alone shows the same.  What people
// say of a view stands where one looks at it.
import { useState, type FormEvent } from "react";
import { Problem } from "../api/client";
import { useAddress } from "../app/router";
import { useWords } from "../app/settings";
import { Link } from "../parts/Link";
import { SAVED, useSaved, useSaving } from "../views/saved";
import { Comments } from "./Comments";

/** What is said of the view that one looks at, where it is one that was kept. */
export function SaidOfView() {
  const { t } = useWords();
  const url = useAddress();
  const { saved } = useSaved();
  const here = url.pathname + url.search;
  const drawn = url.searchParams.get("view");
  const kept = saved.find((one) => one.kind === "address" && one.path === here) ?? saved.find((one) => one.kind === "definition" && SAVED + one.name === drawn);
  if (!kept) return null;
  return (
    <details className="adding keep-view" key={kept.name} open={kept.comments > 0}>
      <summary className="quiet">{t("views.of", { name: kept.name, n: kept.comments })}</summary>
      <Comments view={kept.name} />
    </details>
  );
}

export function KeepView() {
  const { t } = useWords();
  const url = useAddress();
  const save = useSaving();
  const [said, setSaid] = useState<{ is: "done" | "bad"; text: string } | null>(null);
  const keep = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const name = String(new FormData(form).get("name") ?? "").trim();
    try {
      await save(name, { kind: "address", path: url.pathname + url.search });
      setSaid({ is: "done", text: name });
      form.reset();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      setSaid({ is: "bad", text: error.detail || t("state.unreachable") });
    }
  };
  return (
    <details className="adding keep-view">
      <summary className="quiet">{t("keep.title")}</summary>
      <form onSubmit={(event) => void keep(event)}>
        <label>
          <span>{t("keep.name")}</span>
          <input name="name" required maxLength={100} />
        </label>
        <button type="submit" className="button">{t("keep.do")}</button>
        <div aria-live="polite">
          {said?.is === "done" && <p>{t("keep.done", { name: said.text })} <Link to="/gallery">{t("gallery.all")}</Link></p>}
          {said?.is === "bad" && <p className="door-problem">{said.text}</p>}
        </div>
      </form>
    </details>
  );
}
