// pages/Account.tsx - who one is here, how one signs in, and where one is signed in: one's own to change.
import { useAnswer } from "../api/questions";
import { leave, useMe } from "../app/session";
import { useWords } from "../app/settings";
import { Shown } from "../parts/States";
import type { Key } from "../words";
import { Factor } from "./account/Factor";
import { Password } from "./account/Password";
import { Sessions } from "./account/Sessions";

export default function Account() {
  const { t } = useWords();
  const me = useMe();
  const account = useAnswer("me/account");
  return (
    <div className="page account">
      <header className="page-head">
        <div>
          <h1>{t("account.title")}</h1>
          <p className="lead">{t("account.lead", { name: me.name, role: t(`role.${me.role}` as Key) })}</p>
        </div>
        <button type="button" className="button" onClick={() => void leave()}>{t("door.leave", { name: me.name })}</button>
      </header>
      <Shown answer={account} rows={3}>
        {(own) => (
          <>
            {own.password ? <><Password /><Factor isOn={own.second_factor} /></> : <p>{t("account.elsewhere")}</p>}
            <Sessions sessions={own.sessions} />
          </>
        )}
      </Shown>
    </div>
  );
}
