// pages/account/form.tsx - a form of one's own account: what the server refuses is told at the field that is to be mended.
import { useQueryClient } from "@tanstack/react-query";
import { useId, useState, type FormEvent, type InputHTMLAttributes, type ReactNode } from "react";
import { Problem, tell } from "../../api/client";
import type { AnswerAt, BodyAt, PathOf } from "../../api/paths";
import { useWords } from "../../app/settings";

/** Which field a refusal is about; any other is about the form. */
const FIELD_OF: Record<string, string> = { "own-password": "password", "password-form": "new_password", "own-code": "code" };

export interface Fault {
  field: string;
  text: string;
}

export interface OwnForm {
  fault: Fault | null;
  /** What has been done, until the next attempt. */
  done: string;
  isBusy: boolean;
  /** Tells it at the field, and goes there. */
  refuse: (form: HTMLFormElement, fault: Fault) => void;
  /** Undefined where the server refused. */
  send: <P extends PathOf<"post">>(event: FormEvent<HTMLFormElement>, path: P, body: BodyAt<"post", P>, done: string) => Promise<{ answer: AnswerAt<"post", P> } | undefined>;
}

export function useOwnForm(): OwnForm {
  const client = useQueryClient();
  const { t } = useWords();
  const [fault, setFault] = useState<Fault | null>(null);
  const [done, setDone] = useState("");
  const [isBusy, setBusy] = useState(false);
  const refuse = (form: HTMLFormElement, told: Fault) => {
    setDone("");
    setFault(told);
    const field = told.field && form.elements.namedItem(told.field);
    if (field instanceof HTMLInputElement) field.focus();
  };
  const send: OwnForm["send"] = async (event, path, body, told) => {
    const form = event.currentTarget;
    setFault(null);
    setDone("");
    setBusy(true);
    try {
      const answer = await tell("post", path, body);
      form.reset();
      setDone(told);
      await client.invalidateQueries({ queryKey: ["me/account"] });
      return { answer };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const detail = error.detail || t(error.code === "unreachable" ? "state.unreachable" : "state.failed");
      refuse(form, { field: FIELD_OF[error.code] ?? "", text: [detail, error.hint].filter(Boolean).join(". ") });
      return undefined;
    } finally {
      setBusy(false);
    }
  };
  return { fault, done, isBusy, refuse, send };
}

/** A field, and below it what is wrong with it. */
export function Field({ name, label, fault, ...rest }: { name: string; label: string; fault: Fault | null } & InputHTMLAttributes<HTMLInputElement>) {
  const id = useId();
  const isWrong = fault?.field === name;
  return (
    <label>
      <span>{label}</span>
      <input name={name} aria-invalid={isWrong || undefined} aria-describedby={isWrong ? id : undefined} {...rest} />
      {isWrong && <span id={id} className="field-fault" role="alert">{fault.text}</span>}
    </label>
  );
}

/** What is about no field: refused as a whole, or done. */
export function Told({ form, children }: { form: OwnForm; children?: ReactNode }) {
  return (
    <>
      {form.fault?.field === "" && <p className="door-problem" role="alert">{form.fault.text}</p>}
      <p role="status">{form.done}{children}</p>
    </>
  );
}
