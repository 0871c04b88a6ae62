// pages/data/Users.tsx - who may enter, as what, with which second factor: made, given another role or password, shut out.
import { useState, type FormEvent } from "react";
import { textOf } from "../../api/client";
import { useLines } from "../../api/questions";
import { useMe } from "../../app/session";
import { useWords } from "../../app/settings";
import { Help } from "../../parts/Help";
import { Shown } from "../../parts/States";
import { grouped } from "../../parts/secret";
import { Table } from "../../parts/Table";
import { Once, Sure, useAct } from "./act";
import { Grants, grantsIn, ROLES } from "./roles";
import type { BodyAt, Schema } from "../../api/paths";

type User = Schema<"user">;
type Verb = "role" | "password" | "totp" | "disable";

export function Users() {
  const words = useWords();
  const { t } = words;
  const me = useMe();
  const users = useLines("users");
  const { act, problem, isBusy } = useAct("users");
  const [told, setTold] = useState<User | null>(null);
  const change = async <V extends Verb>(of: User, verb: V, body?: BodyAt<"post", `users/${string}/${V}`>) => {
    setTold(null);
    const user: User | undefined = await act("post", `users/${encodeURIComponent(of.name)}/${verb as Verb}` as const, body);
    if (user?.new_password || user?.totp_secret) setTold(user);
  };
  const make = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const given = new FormData(form);
    const user = await act("post", "users", { arguments: [textOf(given, "name")], role: textOf(given, "role"), ...grantsIn(given) });
    if (!user) return;
    setTold(user);
    form.reset();
  };
  return (
    <section className="users">
      <h2>{t("users.title")} <Help about={t("users.title")}>{t("help.users")}</Help></h2>
      <form className="comparing" onSubmit={(event) => void make(event)}>
        <label><span>{t("door.name")}</span><input name="name" required autoComplete="off" maxLength={64} /></label>
        <label><span>{t("users.role")}</span><select name="role" defaultValue="agent">{ROLES.map((role) => <option key={role} value={role}>{t(`role.${role}`)}</option>)}</select></label>
        <Grants />
        <button type="submit" className="button" disabled={isBusy}>{t("users.make")}</button>
      </form>
      {told?.new_password && <Once text={told.new_password} onClose={() => setTold(null)}>{t("users.password_made", { name: told.name })}</Once>}
      {told?.totp_secret && (
        <Once text={grouped(told.totp_secret)} onClose={() => setTold(null)}>
          {t("users.factor_made", { name: told.name })}{" "}
          <a href={`otpauth://totp/Ariane:${encodeURIComponent(told.name)}?secret=${told.totp_secret}&issuer=Ariane`}>{t("users.factor_open")}</a>
        </Once>
      )}
      {problem}
      <Shown answer={users} rows={3}>
        {(list) => (
          <Table<User>
            caption={t("users.all", { n: list.length })}
            name="ariane-users"
            rows={list}
            rowKey={(user) => user.name}
            columns={[
              { key: "name", name: t("door.name"), value: (user) => user.name, show: (user) => <>{user.name}{user.name === me.name && <small> ({t("users.you")})</small>}</> },
              { key: "role", name: t("users.role"), value: (user) => t(`role.${user.role}`),
                show: (user) => (
                  <>
                    <select aria-label={`${t("users.role")}, ${user.name}`} value={user.role} disabled={isBusy || user.name === me.name}
                      onChange={(event) => void change(user, "role", { arguments: [event.target.value], ...(user.granted ? { grant: user.granted.split(/[ ,]+/) } : {}) })}>
                      {ROLES.map((role) => <option key={role} value={role}>{t(`role.${role}`)}</option>)}
                    </select>
                    {user.granted && <small> + {user.granted}</small>}
                  </>
                ) },
              { key: "created", name: t("column.made"), value: (user) => user.created ?? "", show: (user) => (user.created ? words.date(user.created) : "–") },
              { key: "factor", name: t("users.factor"), value: (user) => t(user.second_factor ? "users.yes" : "users.no"),
                show: (user) => (
                  <span className="acts">
                    {t(user.second_factor ? "users.yes" : "users.no")}
                    {user.second_factor
                      ? <Sure name={t("users.factor_remove")} of={user.name} sure={t("users.factor_sure")} onDo={() => void change(user, "totp", { remove: true })} />
                      : <button type="button" className="quiet" onClick={() => void change(user, "totp")}>{t("users.factor_make")}<span className="unseen"> {user.name}</span></button>}
                  </span>
                ) },
              { key: "disabled", name: t("users.may"), value: (user) => t(user.disabled ? "users.no" : "users.yes"),
                show: (user) => (user.disabled ? t("users.locked", { time: words.date(user.disabled) }) : t("users.yes")) },
              { key: "do", name: t("act.name"), value: () => "",
                show: (user) => (
                  <span className="acts">
                    <Sure name={t("users.reset")} of={user.name} sure={t("users.reset_sure")} onDo={() => void change(user, "password")} />
                    {user.name === me.name ? null : user.disabled
                      ? <button type="button" className="quiet" onClick={() => void change(user, "disable", { undo: true })}>{t("users.unlock")}<span className="unseen"> {user.name}</span></button>
                      : <Sure name={t("users.lock")} of={user.name} sure={t("users.lock_sure")} onDo={() => void change(user, "disable")} />}
                  </span>
                ) },
            ]}
          />
        )}
      </Shown>
    </section>
  );
}
