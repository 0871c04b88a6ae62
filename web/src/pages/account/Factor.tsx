// pages/account/Factor.tsx - one's own second factor: begun by the password, confirmed by a code, taken away by either.
import { useEffect, useRef, useState, type FormEvent } from "react";
import { textOf } from "../../api/client";
import type { Schema } from "../../api/paths";
import { useWords } from "../../app/settings";
import { grouped } from "../../parts/secret";
import { Once } from "../data/act";
import { Field, Told, useOwnForm } from "./form";

type Begun = Schema<"own-totp">;

export function Factor({ isOn }: { isOn: boolean }) {
  const { t } = useWords();
  const status = useRef<HTMLParagraphElement>(null);
  const before = useRef(isOn);
  useEffect(() => {
    if (before.current !== isOn) status.current?.focus(); // the form that had the focus is gone
    before.current = isOn;
  }, [isOn]);
  return (
    <section className="account-factor">
      <h2>{t("users.factor")}</h2>
      <p role="status" ref={status} tabIndex={-1}>{t(isOn ? "account.factor_on" : "account.factor_off")}</p>
      {isOn ? <Remove /> : <Make />}
    </section>
  );
}

function Make() {
  const { t } = useWords();
  const form = useOwnForm();
  const [begun, setBegun] = useState<Begun | null>(null);
  const begin = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const told = await form.send(event, "me/totp", { password: textOf(new FormData(event.currentTarget), "password") }, "");
    if (told) setBegun(told.answer);
  };
  if (begun) return <Confirm begun={begun} onClose={() => setBegun(null)} />;
  return (
    <form onSubmit={(event) => void begin(event)}>
      <Field name="password" type="password" autoComplete="current-password" required label={t("account.present")} fault={form.fault} />
      <button type="submit" className="button" disabled={form.isBusy}>{t("account.factor_make")}</button>
      <Told form={form} />
    </form>
  );
}

function Confirm({ begun, onClose }: { begun: Begun; onClose: () => void }) {
  const { t } = useWords();
  const form = useOwnForm();
  const confirm = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    void form.send(event, "me/totp/confirm", { code: textOf(new FormData(event.currentTarget), "code").replace(/\s/g, "") }, "");
  };
  return (
    <>
      <Once text={grouped(begun.totp_secret)} onClose={onClose} close={t("act.no")}>
        {t("account.factor_made")} <a href={begun.otpauth}>{t("users.factor_open")}</a>
      </Once>
      <form onSubmit={confirm}>
        <Field name="code" inputMode="numeric" autoComplete="one-time-code" required autoFocus label={t("account.code")} fault={form.fault} />
        <button type="submit" className="button" disabled={form.isBusy}>{t("account.factor_confirm")}</button>
        <Told form={form} />
      </form>
    </>
  );
}

function Remove() {
  const { t } = useWords();
  const form = useOwnForm();
  const remove = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    const [password, code] = [textOf(given, "password"), textOf(given, "code").replace(/\s/g, "")];
    if (password === "" && code === "") form.refuse(event.currentTarget, { field: "password", text: t("account.either") });
    else void form.send(event, "me/totp/remove", password === "" ? { code } : { password }, "");
  };
  return (
    <form onSubmit={remove}>
      <Field name="password" type="password" autoComplete="current-password" label={t("account.present")} fault={form.fault} />
      <Field name="code" inputMode="numeric" autoComplete="one-time-code" label={t("account.or_code")} fault={form.fault} />
      <button type="submit" className="button" disabled={form.isBusy}>{t("account.factor_remove")}</button>
      <Told form={form} />
    </form>
  );
}
