// app/session.tsx - who is looking, and what they may; without a session, the door.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, useContext, useState, type FormEvent, type ReactNode } from "react";
import { ask, guardWith, tell, Problem, textOf } from "../api/client";
import { Waiting } from "../parts/States";
import { beIn } from "../words/zone";
import { Mark } from "./Mark";
import { useSettings } from "./settings";
import type { Schema } from "../api/paths";

export type Me = Schema<"me">;

const Context = createContext<Me | null>(null);

export type Right = Me["rights"][number];

/** May who looks do this?  What may not be done is not offered; the server refuses it besides. */
export function useMay(): (right: Right) => boolean {
  const { rights } = useMe();
  return (right) => rights.includes(right);
}

export function useMe(): Me {
  const me = useContext(Context);
  if (me === null) throw new Error("nobody is signed in"); // <Session> shows the door instead
  return me;
}

async function whoAmI(): Promise<Me | null> {
  try {
    const me = await ask("me");
    if (me.csrf) guardWith(me.csrf);
    beIn(me.zone);
    return me;
  } catch (error) {
    if (error instanceof Problem && error.status === 401) return null;
    throw error;
  }
}

export async function leave(): Promise<void> {
  await tell("delete", "session");
  window.location.assign("/");
}

function Door() {
  const { words, language, setLanguage } = useSettings();
  const { t } = words;
  const client = useQueryClient();
  const [problem, setProblem] = useState("");
  const [needsCode, setNeedsCode] = useState(false);
  const enter = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setProblem("");
    try {
      await tell("post", "session", { name: textOf(form, "name"), password: textOf(form, "password"), ...(form.get("code") ? { code: textOf(form, "code") } : {}) });
      await client.invalidateQueries();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (/code|totp|factor/.test(error.code)) setNeedsCode(true);
      setProblem(error.detail || t("state.unreachable"));
    }
  };
  return (
    <main className="door">
      <form onSubmit={(event) => void enter(event)}>
        <Mark />
        <h1>{t("door.title")}</h1>
        <label>
          {t("door.name")}
          <input name="name" autoComplete="username" required autoFocus />
        </label>
        <label>
          {t("door.password")}
          <input name="password" type="password" autoComplete="current-password" required />
        </label>
        {needsCode && (
          <label>
            {t("door.code")}
            <input name="code" inputMode="numeric" autoComplete="one-time-code" />
          </label>
        )}
        {problem && (
          <p className="door-problem" role="alert">
            {problem}
          </p>
        )}
        <button type="submit" className="button main">
          {t("door.enter")}
        </button>
        <button type="button" className="quiet" onClick={() => setLanguage(language === "fr" ? "en" : "fr")}>
          {language === "fr" ? "English" : "Français"}
        </button>
      </form>
    </main>
  );
}

export function Session({ children }: { children: ReactNode }) {
  const { words } = useSettings();
  const me = useQuery({ queryKey: ["me"], queryFn: whoAmI, retry: 1, staleTime: Infinity });
  if (me.isPending) return <Waiting rows={3} />;
  if (me.isError)
    return (
      <main className="door">
        <div className="failed" role="alert">
          <p className="failed-title">{words.t("state.unreachable")}</p>
          <button type="button" className="button" onClick={() => void me.refetch()}>
            {words.t("state.again")}
          </button>
        </div>
      </main>
    );
  if (me.data === null) return <Door />;
  return <Context.Provider value={me.data}>{children}</Context.Provider>;
}
