// pages/data/preview.ts - the first lines of a file, cut into columns here, before anything is sent.

export interface Preview {
  kind: "csv" | "jsonl" | "other";
  delimiter: string;
  columns: string[];
  rows: string[][];
}

const HEAD_BYTES = 64 << 10;
const ROWS = 6;
const DELIMITERS = [",", ";", "\t", "|"];

/** A line with quoted fields; a quote within is doubled. */
export function cut(line: string, delimiter: string): string[] {
  const fields: string[] = [];
  let field = "";
  let isQuoted = false;
  for (let i = 0; i < line.length; i++) {
    const c = line[i];
    if (isQuoted && c === '"' && line[i + 1] === '"') {
      field += '"';
      i++;
    } else if (c === '"') isQuoted = !isQuoted;
    else if (c === delimiter && !isQuoted) {
      fields.push(field);
      field = "";
    } else field += c;
  }
  return [...fields, field];
}

function delimiterOf(lines: readonly string[]): string {
  const score = (delimiter: string) => {
    const widths = lines.map((line) => cut(line, delimiter).length);
    return widths.every((width) => width === widths[0]) ? (widths[0] ?? 0) : Math.min(...widths) / 2;
  };
  return [...DELIMITERS].sort((a, b) => score(b) - score(a))[0] ?? ",";
}

function previewJson(lines: readonly string[]): Preview | null {
  try {
    const rows = lines.slice(0, ROWS).map((line) => JSON.parse(line) as Record<string, unknown>);
    const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
    return {
      kind: "jsonl",
      delimiter: "",
      columns,
      rows: rows.map((row) => columns.map((column) => (row[column] === undefined ? "" : typeof row[column] === "string" ? row[column] : JSON.stringify(row[column])))),
    };
  } catch {
    return null;
  }
}

export async function previewOf(file: File): Promise<Preview> {
  const nothing: Preview = { kind: "other", delimiter: "", columns: [], rows: [] };
  if (/\.(gz|zst|xes|xml)$/i.test(file.name)) return nothing;
  const bytes = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  if (bytes.includes(0)) return nothing;
  const lines = new TextDecoder().decode(bytes).replace(/^\ufeff/, "").split(/\r?\n/);
  if (file.size > HEAD_BYTES) lines.pop(); // it may be cut in the middle
  const told = lines.filter((line) => line.trim() !== "");
  if (told[0]?.startsWith("{")) return previewJson(told) ?? nothing;
  if (told.length < 2) return nothing;
  const delimiter = delimiterOf(told.slice(0, 20));
  const [columns = [], ...rows] = told.slice(0, ROWS + 1).map((line) => cut(line, delimiter));
  return columns.length < 2 ? nothing : { kind: "csv", delimiter, columns, rows };
}

export interface Roles {
  time: string;
  activity: string;
  channel: string;
  customer: string;
  customerType: string;
}

const HINTS: Record<"time" | "activity" | "channel" | "customer", RegExp> = {
  time: /^(time|timestamp|date|at|horodat|heure|calldate|created|start)/i,
  activity: /^(activity|activit|event|évén|even|action|name|type|statut|status)/i,
  channel: /^(channel|canal)/i,
  customer: /(customer|client|phone|t[ée]l|email|mail|caller|user|case)/i,
};

export function guess(columns: readonly string[]): Roles {
  const find = (hint: RegExp) => columns.find((column) => hint.test(column)) ?? "";
  const customer = find(HINTS.customer);
  const customerType = /mail/i.test(customer) ? "email" : /phone|t[ée]l|caller/i.test(customer) ? "phone" : /user/i.test(customer) ? "user_id" : "customer";
  return { time: find(HINTS.time), activity: find(HINTS.activity), channel: find(HINTS.channel), customer, customerType };
}
