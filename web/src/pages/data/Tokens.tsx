// pages/data/Tokens.tsx - tokens with which programs ask as a role: made for a time, revoked; a new one is shown once.
import { useState, type FormEvent } from "react";
import { textOf } from "../../api/client";
import { useLines } from "../../api/questions";
import { useWords } from "../../app/settings";
import { Help } from "../../parts/Help";
import { Empty, Shown } from "../../parts/States";
import { Table } from "../../parts/Table";
import { Once, Sure, useAct } from "./act";
import { Grants, grantsIn, ROLES } from "./roles";
import type { Schema } from "../../api/paths";

type Token = Schema<"token">;

const LIVES = ["7d", "30d", "90d", "365d", ""] as const;

export function Tokens() {
  const words = useWords();
  const { t } = words;
  const tokens = useLines("tokens");
  const { act, problem, isBusy } = useAct("tokens");
  const [made, setMade] = useState<Token | null>(null);
  const make = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const given = new FormData(form);
    const expires = textOf(given, "expires");
    const token = await act("post", "tokens", { name: textOf(given, "name"), role: textOf(given, "role"), ...grantsIn(given), ...(expires ? { expires } : {}) });
    if (!token) return;
    setMade(token);
    form.reset();
  };
  const end = (token: Token) =>
    token.revoked ? t("keys.revoked", { time: words.moment(token.revoked) }) : token.expires ? t("keys.expires", { time: words.moment(token.expires) }) : t("keys.open");
  return (
    <section className="tokens">
      <h2>{t("tokens.title")} <Help about={t("tokens.title")}>{t("help.tokens")}</Help></h2>
      <form className="comparing" onSubmit={(event) => void make(event)}>
        <label><span>{t("tokens.name")}</span><input name="name" required maxLength={80} /></label>
        <label><span>{t("users.role")}</span><select name="role" defaultValue="analyst">{ROLES.map((role) => <option key={role} value={role}>{t(`role.${role}`)}</option>)}</select></label>
        <label><span>{t("tokens.life")}</span><select name="expires" defaultValue="90d">{LIVES.map((life) => <option key={life} value={life}>{t(`life.${life || "never"}`)}</option>)}</select></label>
        <Grants />
        <button type="submit" className="button" disabled={isBusy}>{t("tokens.make")}</button>
      </form>
      {made?.token && <Once text={made.token} onClose={() => setMade(null)}>{t("tokens.made", { name: made.name })}</Once>}
      {problem}
      <Shown answer={tokens} rows={2}>
        {(list) => list.length === 0 ? <Empty title={t("tokens.none")}>{t("tokens.none_more")}</Empty> : (
          <Table<Token>
            caption={t("tokens.title")}
            name="ariane-tokens"
            rows={list}
            rowKey={(token) => String(token.id)}
            columns={[
              { key: "name", name: t("tokens.name"), value: (token) => token.name },
              { key: "role", name: t("users.role"), value: (token) => t(`role.${token.role}`), show: (token) => <>{t(`role.${token.role}`)}{token.granted && <small> + {token.granted}</small>}</> },
              { key: "created", name: t("column.made"), value: (token) => token.created ?? "", show: (token) => (token.created ? words.date(token.created) : "–") },
              { key: "begins", name: t("keys.begins"), value: (token) => token.begins, show: (token) => <code>{token.begins}…</code> },
              { key: "end", name: t("keys.end"), value: end },
              { key: "do", name: t("act.name"), value: () => "",
                show: (token) => token.revoked ? null : <Sure name={t("keys.revoke")} of={token.name} sure={t("tokens.revoke_sure")} onDo={() => void act("delete", `tokens/${token.id}`)} /> },
            ]}
          />
        )}
      </Shown>
    </section>
  );
}
