// pages/Comments.tsx - what people say of a view that was kept.
import { useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { tell } from "../api/client";
import { useLines } from "../api/questions";
import { useWords } from "../app/settings";
import { Shown } from "../parts/States";

export const nameOf = (who: string) => who.replace(/^(user|token|uid):/, "");

export function Comments({ view }: { view: string }) {
  const words = useWords();
  const { t } = words;
  const client = useQueryClient();
  const path = `views/${encodeURIComponent(view)}/comments` as const;
  const comments = useLines(path);
  const say = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    await tell("post", path, { text: String(new FormData(form).get("text") ?? "").trim() });
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
                <small>{nameOf(one.who)}, {one.time ? words.moment(one.time) : "–"}</small>
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
