// api/client.ts - one way to ask the server: JSON, problems in words (RFC 9457), the session's token.  What an address takes and
// answers is what the OpenAPI document says of it (paths.ts).
import type { AnswerAt, Asked, BodyAt, Line, Member, Options, PathOf, QueryAt, Question, Schema, Told, With } from "./paths";

export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly hint: string,
  ) {
    super(detail);
  }
}

export type Parameters = Record<string, Asked>;

let language = "fr";
let csrf = "";

export function speak(to: string): void {
  language = to;
}

export function guardWith(token: string): void {
  csrf = token;
}

export function address(path: string, parameters: Parameters = {}): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(parameters)) {
    if (value === undefined || value === false || value === "") continue;
    if (Array.isArray(value)) for (const one of value) query.append(key, one);
    else query.set(key, String(value));
  }
  const text = query.toString();
  return `/api/v1/${path}${text ? `?${text}` : ""}`;
}

async function problemOf(answer: Response): Promise<Problem> {
  try {
    const told = (await answer.json()) as Partial<Schema<"problem">>;
    return new Problem(answer.status, told.code ?? "", told.detail ?? told.title ?? "", told.hint ?? "");
  } catch {
    return new Problem(answer.status, "", answer.statusText, "");
  }
}

async function send(url: string, options: RequestInit): Promise<Response> {
  const headers: Record<string, string> = { "Accept-Language": language, ...(options.headers as object) };
  if (options.method && options.method !== "GET" && csrf) headers["X-CSRF-Token"] = csrf;
  let answer: Response;
  try {
    answer = await fetch(url, { credentials: "same-origin", ...options, headers });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw new Problem(0, "unreachable", "", "");
  }
  if (!answer.ok) throw await problemOf(answer);
  return answer;
}

export async function ask<P extends Question>(path: P, parameters: Options<P> = {}, signal?: AbortSignal): Promise<Told<P>> {
  const answer = await send(address(path, parameters), signal ? { signal } : {});
  return (await answer.json()) as Told<P>;
}

const isDocument = (value: unknown): value is string => typeof value === "string" && value.startsWith("{");

/** A question with a document of its own (what is a step, what is a contact), or about somebody by name: it travels as a body.
 *  `members`: those that the answer has because of what is asked; without them it is none. */
export async function askWith<P extends Question, K extends Member<Told<P>> = never>(path: P, parameters: Options<P>, signal?: AbortSignal, members: readonly K[] = []): Promise<With<Told<P>, K>> {
  const told = await askEither(path, parameters, signal);
  if (!hasAll(told, members)) throw new Problem(0, "incomplete", `${path}: ${members.join(", ")}`, "");
  return told;
}

/** Whether these members are there, which an answer has only to some questions. */
export function hasAll<T, K extends Member<T>>(told: T, members: readonly K[]): told is With<T, K> {
  return members.every((member) => told[member] !== undefined);
}

async function askEither<P extends Question>(path: P, parameters: Options<P>, signal?: AbortSignal): Promise<Told<P>> {
  const { definition, metrics, arguments: about }: Parameters = parameters;
  if (!isDocument(definition) && !isDocument(metrics) && about === undefined) return ask(path, parameters, signal);
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== false && value !== "");
  const body = JSON.stringify(Object.fromEntries(given.map(([name, value]) =>
    [name, (name === "definition" || name === "metrics") && isDocument(value) ? (JSON.parse(value) as unknown) : value])));
  const headers = { "Content-Type": "application/json" };
  const answer = await send(address(path), { method: "POST", body, headers, ...(signal ? { signal } : {}) });
  return (await answer.json()) as Told<P>;
}

const linesOf = (text: string): unknown[] => text.split("\n").filter((line) => line.trim() !== "").map((line) => JSON.parse(line) as unknown);

/** Answers of one JSON document a line, whichever way the server wraps them; and where the next page begins, if there is one. */
export async function askPage<P extends Question>(path: P, parameters: Options<P> & { limit?: number } = {}, signal?: AbortSignal): Promise<{ lines: Line<P>[]; cursor: string | null }> {
  const answer = await send(address(path, parameters), signal ? { signal } : {});
  return { lines: linesOf(await answer.text()) as Line<P>[], cursor: answer.headers.get("Next-Cursor") };
}

export async function askLines<P extends Question>(path: P, parameters: Options<P> = {}, signal?: AbortSignal): Promise<Line<P>[]> {
  return (await askPage(path, parameters, signal)).lines;
}

/** What was typed into a field of a form. */
export function textOf(form: FormData, field: string): string {
  const value = form.get(field);
  return typeof value === "string" ? value : "";
}

/** What is to be kept as a file, as the server gives it. */
export async function fetchFile(path: Question): Promise<Blob> {
  return (await send(address(path), {})).blob();
}

export type Change = "post" | "delete";

export async function tell<M extends Change, P extends PathOf<M>>(method: M, path: P, body?: BodyAt<M, P>, parameters?: QueryAt<M, P>): Promise<AnswerAt<M, P>> {
  const options: RequestInit = { method };
  if (body instanceof Blob) options.body = body;
  else if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers = { "Content-Type": "application/json" };
  }
  const answer = await send(address(path, parameters), options);
  const text = await answer.text();
  if (answer.headers.get("Content-Type")?.startsWith("application/x-ndjson")) return linesOf(text) as AnswerAt<M, P>;
  return (text.trim() === "" ? undefined : JSON.parse(text)) as AnswerAt<M, P>;
}
