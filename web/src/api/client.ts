// api/client.ts - one way to ask the server: JSON, problems in words (RFC 9457), the session's token.

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

export type Parameters = Record<string, string | number | boolean | readonly string[] | undefined>;

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
    const told = (await answer.json()) as { code?: string; detail?: string; title?: string; hint?: string };
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

export async function ask<T>(path: string, parameters: Parameters = {}, signal?: AbortSignal): Promise<T> {
  const answer = await send(address(path, parameters), signal ? { signal } : {});
  return (await answer.json()) as T;
}

const isDocument = (value: unknown): value is string => typeof value === "string" && value.startsWith("{");

/** A question with a document of its own (what is a step, what is a contact), or about somebody by name: it travels as a body. */
export async function askWith<T>(path: string, parameters: Parameters, signal?: AbortSignal): Promise<T> {
  const { definition, metrics } = parameters;
  if (!isDocument(definition) && !isDocument(metrics) && parameters.arguments === undefined) return ask<T>(path, parameters, signal);
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== false && value !== "");
  const body = JSON.stringify(Object.fromEntries(given.map(([name, value]) =>
    [name, (name === "definition" || name === "metrics") && isDocument(value) ? (JSON.parse(value) as unknown) : value])));
  const headers = { "Content-Type": "application/json" };
  const answer = await send(address(path), { method: "POST", body, headers, ...(signal ? { signal } : {}) });
  return (await answer.json()) as T;
}

/** Answers of one JSON document a line, whichever way the server wraps them. */
export async function askLines<T>(path: string, parameters: Parameters = {}, signal?: AbortSignal): Promise<T[]> {
  const answer = await send(address(path, parameters), signal ? { signal } : {});
  const lines = (await answer.text()).split("\n").filter((line) => line.trim() !== "");
  return lines.map((line) => JSON.parse(line) as T);
}

/** The same, with where the next page begins, if there is one. */
export async function askPage<T>(path: string, parameters: Parameters = {}, signal?: AbortSignal): Promise<{ lines: T[]; cursor: string | null }> {
  const answer = await send(address(path, parameters), signal ? { signal } : {});
  const lines = (await answer.text()).split("\n").filter((line) => line.trim() !== "");
  return { lines: lines.map((line) => JSON.parse(line) as T), cursor: answer.headers.get("Next-Cursor") };
}

/** What is to be kept as a file, as the server gives it. */
export async function fetchFile(path: string, parameters: Parameters = {}): Promise<Blob> {
  return (await send(address(path, parameters), {})).blob();
}

export async function tell<T>(method: "POST" | "PUT" | "DELETE", path: string, body?: unknown, parameters: Parameters = {}): Promise<T> {
  const options: RequestInit = { method };
  if (body instanceof FormData || body instanceof Blob) options.body = body;
  else if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers = { "Content-Type": "application/json" };
  }
  const answer = await send(address(path, parameters), options);
  const text = await answer.text();
  return (text.trim() === "" ? undefined : JSON.parse(text)) as T;
}
