// pages/account/Sessions.tsx - where one is signed in, and an end to it.
import { useRef } from "react";
import type { Schema } from "../../api/paths";
import { useWords } from "../../app/settings";
import { Table } from "../../parts/Table";
import { Sure, useAct } from "../data/act";

type OwnSession = Schema<"own-account">["sessions"][number];

export function Sessions({ sessions }: { sessions: OwnSession[] }) {
  const words = useWords();
  const { t } = words;
  const { act, problem, isBusy } = useAct("me/account");
  const head = useRef<HTMLHeadingElement>(null);
  const end = async (path: "me/sessions" | `me/sessions/${string}`) => {
    await act("delete", path);
    head.current?.focus(); // the button that had the focus may be gone
  };
  return (
    <section className="account-sessions">
      <h2 ref={head} tabIndex={-1}>{t("account.sessions")}</h2>
      <p>{t("account.sessions_more")}</p>
      {problem}
      <Table<OwnSession>
        caption={t("account.sessions_all", { n: sessions.length })}
        name="ariane-sessions"
        rows={sessions}
        rowKey={(one) => one.id}
        columns={[
          { key: "created", name: t("account.since"), value: (one) => one.created, show: (one) => <>{words.moment(one.created)}{one.current && <small> ({t("account.this")})</small>}</> },
          { key: "used", name: t("account.used"), value: (one) => one.used, show: (one) => words.moment(one.used) },
          { key: "expires", name: t("account.until"), value: (one) => one.expires, show: (one) => words.moment(one.expires) },
          { key: "do", name: t("act.name"), value: () => "",
            show: (one) => one.current ? null : (
              <button type="button" className="quiet" disabled={isBusy} onClick={() => void end(`me/sessions/${one.id}`)}>
                {t("account.end")}<span className="unseen"> {words.moment(one.created)}</span>
              </button>
            ) },
        ]}
      />
      {sessions.length > 1 && <Sure name={t("account.end_all")} of="" sure={t("account.end_sure")} onDo={() => void end("me/sessions")} />}
    </section>
  );
}
