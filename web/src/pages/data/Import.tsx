// pages/data/Import.tsx - files dropped here: a look before, then the account of it, and what was refused.
import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState, type DragEvent } from "react";
import { Problem } from "../../api/client";
import { useWords } from "../../app/settings";
import { Help } from "../../parts/Help";
import { ImportLook, Trouble, type Looking } from "./ImportLook";
import { importFile, type Choice, type Imported } from "./importing";
import { guess, previewOf } from "./preview";
import { Refusals } from "./Refusals";

type State =
  | { step: "none" }
  | ({ step: "look"; problem?: Problem } & Looking)
  | { step: "sending"; file: File }
  | { step: "done"; file: File; answer: Imported };

function Done({ file, answer }: { file: File; answer: Imported }) {
  const { t } = useWords();
  return (
    <>
      <p className="import-done">
        {t("import.done", { name: file.name, read: answer.read, n: answer.imported, twice: answer.duplicates, bad: answer.rejected })}
      </p>
      {answer.rejected > 0 && <Refusals rows={answer.refused} total={answer.rejected} file={answer.rejects_file} />}
    </>
  );
}

export function Import() {
  const { t } = useWords();
  const client = useQueryClient();
  const [state, setState] = useState<State>({ step: "none" });
  const [isOver, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const take = async (file: File | undefined) => {
    if (!file) return;
    const preview = await previewOf(file);
    setState({ step: "look", file, preview, choice: { format: "", isOwn: false, roles: guess(preview.columns) } });
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void take(event.dataTransfer.files[0]);
  };
  const send = async ({ file, preview, choice }: Looking) => {
    setState({ step: "sending", file });
    try {
      setState({ step: "done", file, answer: await importFile(file, choice) });
      await client.invalidateQueries();
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      setState({ step: "look", file, preview, choice, problem });
    }
  };
  return (
    <section id="import">
      <h2>
        {t("import.title")} <Help about={t("import.title")}>{t("help.import")}</Help>
      </h2>
      <div className="drop" data-over={isOver} onDragOver={(event) => (event.preventDefault(), setOver(true))} onDragLeave={() => setOver(false)} onDrop={drop}>
        <p>{t("import.drop")}</p>
        <button type="button" className="button" onClick={() => input.current?.click()}>{t("import.choose")}</button>
        <input
          ref={input} type="file" className="unseen" tabIndex={-1} aria-label={t("import.choose")}
          onChange={(event) => {
            void take(event.target.files?.[0]);
            event.target.value = ""; // the same file again, mended, is another
          }}
        />
      </div>
      <div aria-live="polite">
        {state.step === "look" && (
          <>
            <ImportLook
              looking={state}
              onChoice={(choice: Choice) => setState({ step: "look", file: state.file, preview: state.preview, choice })}
              onSend={() => void send(state)}
              onStop={() => setState({ step: "none" })}
            />
            {state.problem && <Trouble problem={state.problem} />}
          </>
        )}
        {state.step === "sending" && <p className="account">{t("import.sending", { name: state.file.name })}</p>}
        {state.step === "done" && <Done file={state.file} answer={state.answer} />}
      </div>
    </section>
  );
}
