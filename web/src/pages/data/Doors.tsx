// pages/data/Doors.tsx - write keys of the sources, for who may see them; a new one is shown once.
import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { Problem, tell } from "../../api/client";
import { useLines } from "../../api/questions";
import { useMe } from "../../app/session";
import { useWords } from "../../app/settings";
import { Help } from "../../parts/Help";
import { Empty } from "../../parts/States";
import { Table } from "../../parts/Table";

interface Key {
  id: number;
  source: string;
  begins: string;
  created: string | null;
  expires: string | null;
  revoked: string | null;
}

interface User {
  name: string;
  role: string;
  created: string | null;
  disabled: boolean | string | null;
  second_factor: boolean;
}

function Keys() {
  const words = useWords();
  const { t } = words;
  const client = useQueryClient();
  const keys = useLines<Key>("keys");
  const [made, setMade] = useState("");
  const [problem, setProblem] = useState("");
  if (keys.isError) return null;
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
  const list = keys.data ?? [];
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
            { key: "created", name: t("column.since"), value: (key) => key.created ?? "", show: (key) => (key.created ? words.date(key.created) : "–") },
            { key: "begins", name: t("keys.begins"), value: (key) => key.begins, show: (key) => <code>{key.begins}…</code> },
            { key: "end", name: t("keys.end"), value: (key) => key.revoked ?? key.expires ?? "",
              show: (key) => key.revoked ? words.moment(key.revoked) : <button type="button" className="quiet" onClick={() => void end(key)}>{t("keys.revoke")}<span className="unseen"> {key.source}</span></button> },
          ]}
        />
      )}
    </section>
  );
}

function Users() {
  const words = useWords();
  const { t } = words;
  const users = useLines<User>("users");
  if (!users.data || users.data.length === 0) return null;
  return (
    <section>
      <Table<User>
        caption={t("users.title")}
        name="ariane-users"
        rows={users.data}
        rowKey={(user) => user.name}
        columns={[
          { key: "name", name: t("door.name"), value: (user) => user.name },
          { key: "role", name: t("users.role"), value: (user) => user.role },
          { key: "created", name: t("column.since"), value: (user) => user.created ?? "", show: (user) => (user.created ? words.date(user.created) : "–") },
          { key: "factor", name: t("users.factor"), value: (user) => t(user.second_factor ? "users.yes" : "users.no") },
          { key: "disabled", name: t("users.may"), value: (user) => t(user.disabled ? "users.no" : "users.yes") },
        ]}
      />
    </section>
  );
}

export function Doors() {
  const me = useMe();
  if (me.rights !== undefined && !me.rights.includes("doors")) return null;
  return (
    <>
      <Keys />
      <Users />
    </>
  );
}
