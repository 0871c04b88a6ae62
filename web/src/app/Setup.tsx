// app/Setup.tsx - the first user, by the link that the server printed when it started.
import { useState, type FormEvent } from "react";
import { Problem, tell, textOf } from "../api/client";
import { PASSWORD_LETTERS_MIN } from "../parts/secret";
import { Mark } from "./Mark";
import { useSettings } from "./settings";

export function Setup() {
  const { words, language, setLanguage } = useSettings();
  const { t } = words;
  const [problem, setProblem] = useState("");
  const make = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setProblem("");
    try {
      await tell("post", "setup", { link: window.location.hash.slice(1), name: textOf(form, "name"), password: textOf(form, "password") });
      window.location.assign("/");
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      setProblem([error.detail || t("state.unreachable"), error.hint].filter(Boolean).join(". "));
    }
  };
  return (
    <main className="door">
      <form onSubmit={(event) => void make(event)}>
        <Mark />
        <h1>{t("setup.title")}</h1>
        <p className="lead">{t("setup.lead")}</p>
        <label>
          {t("door.name")}
          <input name="name" autoComplete="username" required autoFocus />
        </label>
        <label>
          {t("setup.password", { n: PASSWORD_LETTERS_MIN })}
          <input name="password" type="password" autoComplete="new-password" minLength={PASSWORD_LETTERS_MIN} required />
        </label>
        {problem && (
          <p className="door-problem" role="alert">
            {problem}
          </p>
        )}
        <button type="submit" className="button main">
          {t("setup.make")}
        </button>
        <button type="button" className="quiet" onClick={() => setLanguage(language === "fr" ? "en" : "fr")}>
          {language === "fr" ? "English" : "Français"}
        </button>
      </form>
    </main>
  );
}
