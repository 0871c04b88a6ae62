// pages/KeepView.tsx - keeps what one looks at under a name, for all who may look; the link alone shows the same.
import { useState, type FormEvent } from "react";
import { Problem } from "../api/client";
import { useAddress } from "../app/router";
import { useWords } from "../app/settings";
import { Link } from "../parts/Link";
import { useSaving } from "../views/saved";

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
