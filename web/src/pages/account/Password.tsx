// pages/account/Password.tsx - another password, by the present one.
import type { FormEvent } from "react";
import { textOf } from "../../api/client";
import { useMe } from "../../app/session";
import { useWords } from "../../app/settings";
import { PASSWORD_LETTERS_MIN } from "../../parts/secret";
import { Field, Told, useOwnForm } from "./form";

export function Password() {
  const { t } = useWords();
  const me = useMe();
  const form = useOwnForm();
  const change = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    const wanted = textOf(given, "new_password");
    if (textOf(given, "again") !== wanted) form.refuse(event.currentTarget, { field: "again", text: t("account.again_other") });
    else void form.send(event, "me/password", { password: textOf(given, "password"), new_password: wanted }, t("account.password_done"));
  };
  return (
    <section className="account-password">
      <h2>{t("door.password")}</h2>
      <p>{t("account.password_more")}</p>
      <form onSubmit={change}>
        {/* For programs that keep passwords: whose it is. */}
        <input type="text" autoComplete="username" value={me.name} readOnly hidden />
        <Field name="password" type="password" autoComplete="current-password" required label={t("account.present")} fault={form.fault} />
        <Field name="new_password" type="password" autoComplete="new-password" minLength={PASSWORD_LETTERS_MIN} required label={t("account.new", { n: PASSWORD_LETTERS_MIN })} fault={form.fault} />
        <Field name="again" type="password" autoComplete="new-password" required label={t("account.again")} fault={form.fault} />
        <button type="submit" className="button" disabled={form.isBusy}>{t("account.password_do")}</button>
        <Told form={form} />
      </form>
    </section>
  );
}
