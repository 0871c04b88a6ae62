// pages/data/Doors.tsx - write keys of the sources, for who may see them; a new one is shown once.
import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { Problem, tell } from "../../api/client";
import { useAnswer } from "../../api/questions";
import { useMe } from "../../app/session";
import { useWords } from "../../app/settings";
import { Help } from "../../parts/Help";
import { Empty } from "../../parts/States";
import { Table } from "../../parts/Table";

interface Key {
  id: number;
  source: string;
  begins?: string;
  created?: string;
  ends?: string | null;
  last_used?: string | null;
  revoked?: boolean;
}

export function Doors() {
  const words = useWords();
  const { t } = words;
  const me = useMe();
  const client = useQueryClient();
  const mayNot = me.rights !== undefined && !me.rights.includes("doors");
  const keys = useAnswer<{ keys: Key[] }>(mayNot ? undefined : "keys");
  const [made, setMade] = useState("");
  const [problem, setProblem] = useState("");
  if (mayNot || keys.isError) return null;
  const make = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    setProblem("");
    try {
      const answer = await tell<{ key: string }>("POST", "keys", { source: new FormData(form).get("source") });
      setMade(answer.key);
      form.reset();
      await client.invalidateQueries({ queryKey: ["keys"] });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      setProblem(error.detail);
    }
  };
  const end = async (key: Key) => {
    await tell("DELETE", `keys/${key.id}`);
    await client.invalidateQueries({ queryKey: ["keys"] });
  };
  const list = keys.data?.keys ?? [];
  return (
    <section>
      <h2>
        {t("keys.title")} <Help about={t("keys.title")}>{t("help.keys")}</Help>
      </h2>
      <form className="search" onSubmit={(event) => void make(event)}>
        <input name="source" required placeholder={t("keys.source")} aria-label={t("keys.source")} />
        <button type="submit" className="button">{t("keys.make")}</button>
      </form>
      <div aria-live="polite">
        {made && (
          <p className="import-done">
            {t("keys.made")} <code>{made}</code>
          </p>
        )}
        {problem && <p className="door-problem">{problem}</p>}
      </div>
      {list.length === 0 ? (
        <Empty title={t("keys.none")}>{t("keys.none_more")}</Empty>
      ) : (
        <Table<Key>
          caption={t("keys.title")}
          name="ariane-keys"
          rows={list}
          rowKey={(key) => String(key.id)}
          columns={[
            { key: "source", name: t("event.source"), value: (key) => key.source },
            { key: "created", name: t("column.since"), value: (key) => key.created, show: (key) => (key.created ? words.date(key.created) : "–") },
            { key: "used", name: t("keys.used"), value: (key) => key.last_used ?? "", show: (key) => (key.last_used ? words.moment(key.last_used) : "–") },
            { key: "end", name: t("keys.end"), value: (key) => key.ends ?? "",
              show: (key) => key.ends || key.revoked ? (key.ends ? words.date(key.ends) : "–") : <button type="button" className="quiet" onClick={() => void end(key)}>{t("keys.revoke")}</button> },
          ]}
        />
      )}
    </section>
  );
}
