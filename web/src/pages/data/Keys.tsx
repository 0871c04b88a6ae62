// pages/data/Keys.tsx - write keys of the sources: made, given a successor, revoked; a new one is shown once.
import { useState, type FormEvent } from "react";
import { textOf } from "../../api/client";
import { useLines } from "../../api/questions";
import { useWords } from "../../app/settings";
import { Help } from "../../parts/Help";
import { Empty, Shown } from "../../parts/States";
import { Table } from "../../parts/Table";
import { Once, Sure, useAct } from "./act";
import type { Schema } from "../../api/paths";

type Key = Schema<"key">;

const GRACES = ["1h", "24h", "7d", "30d"] as const;

export function Keys() {
  const words = useWords();
  const { t } = words;
  const keys = useLines("keys");
  const { act, problem, isBusy } = useAct("keys");
  const [made, setMade] = useState<Key | null>(null);
  const [grace, setGrace] = useState<(typeof GRACES)[number]>("24h");
  const make = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const key = await act("post", "keys", { source: textOf(new FormData(form), "source") });
    if (!key) return;
    setMade(key);
    form.reset();
  };
  const rotate = async (key: Key) => {
    const next = await act("post", `keys/${key.id}/rotate`, { grace });
    if (next) setMade(next);
  };
  const isOver = (key: Key) => key.revoked !== null || (key.expires !== null && Date.parse(key.expires) <= Date.now());
  return (
    <section className="keys">
      <h2>{t("keys.title")} <Help about={t("keys.title")}>{t("help.keys")}</Help></h2>
      <form className="search" onSubmit={(event) => void make(event)}>
        <input name="source" required placeholder={t("keys.source")} aria-label={t("keys.source")} />
        <button type="submit" className="button" disabled={isBusy}>{t("keys.make")}</button>
      </form>
      {made?.key && <Once text={made.key} onClose={() => setMade(null)}>{t("keys.made", { source: made.source })}</Once>}
      {problem}
      <Shown answer={keys} rows={2}>
        {(list) => list.length === 0 ? <Empty title={t("keys.none")}>{t("keys.none_more")}</Empty> : (
          <>
            <p className="setting">
              <label>{t("keys.grace")}{" "}
                <select value={grace} onChange={(event) => setGrace(event.target.value as typeof grace)}>
                  {GRACES.map((one) => <option key={one} value={one}>{t(`grace.${one}`)}</option>)}
                </select>
              </label>
            </p>
            <Table<Key>
              caption={t("keys.title")}
              name="ariane-keys"
              rows={list}
              rowKey={(key) => String(key.id)}
              columns={[
                { key: "source", name: t("event.source"), value: (key) => key.source },
                { key: "created", name: t("column.made"), value: (key) => key.created ?? "", show: (key) => (key.created ? words.date(key.created) : "–") },
                { key: "begins", name: t("keys.begins"), value: (key) => key.begins, show: (key) => <code>{key.begins}…</code> },
                { key: "end", name: t("keys.end"), value: (key) => key.revoked ?? key.expires ?? "",
                  show: (key) => key.revoked ? t("keys.revoked", { time: words.moment(key.revoked) }) : key.expires ? t("keys.expires", { time: words.moment(key.expires) }) : t("keys.open") },
                { key: "do", name: t("act.name"), value: () => "",
                  show: (key) => isOver(key) ? null : (
                    <span className="acts">
                      {key.expires === null && <button type="button" className="quiet" onClick={() => void rotate(key)}>{t("keys.rotate")}<span className="unseen"> {key.source}</span></button>}
                      <Sure name={t("keys.revoke")} of={key.source} sure={t("keys.revoke_sure")} onDo={() => void act("delete", `keys/${key.id}`)} />
                    </span>
                  ) },
              ]}
            />
          </>
        )}
      </Shown>
    </section>
  );
}
