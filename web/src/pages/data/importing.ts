// pages/data/importing.ts - what an import is told and what it answers: docs/schemas/import.json, the part that the page shows.
import { tell, type Parameters } from "../../api/client";
import type { Preview, Roles } from "./preview";
import type { Schema } from "../../api/paths";

export type Refused = Imported["refused"][number];

export type Imported = Schema<"import">;

export const FORMATS = ["csv", "tsv", "jsonl", "xes", "ocel", "log"] as const;
export type Format = "" | (typeof FORMATS)[number];

/** What whoever imports has chosen. */
export interface Choice {
  format: Format;
  isOwn: boolean;
  roles: Roles;
}

const LOOK_BYTES = 1 << 20;

/** The options of `ariane import`, by the names of the command line. */
function optionsOf({ format, isOwn, roles }: Choice): Parameters {
  const { time, activity, channel, customer, customerType } = roles;
  return {
    format: format || undefined,
    ...(isOwn ? { time, activity, channel, customer: customer === "" ? undefined : [`${customerType}=${customer}`] } : {}),
  };
}

function send(file: Blob, parameters: Parameters): Promise<Imported> {
  return tell("post", "imports", file, parameters);
}

export function importFile(file: File, choice: Choice): Promise<Imported> {
  return send(file, { ...optionsOf(choice), called: file.name });
}

/** The beginning of a file of lines, up to the end of one; any other file is only a whole. */
async function beginning(file: File, kind: Preview["kind"]): Promise<Blob> {
  if (kind === "other" || file.size <= LOOK_BYTES) return file;
  const bytes = new Uint8Array(await file.slice(0, LOOK_BYTES).arrayBuffer());
  const end = bytes.lastIndexOf(10);
  return end > 0 ? file.slice(0, end + 1) : file;
}

/** What it would make of the first rows: nothing is kept. */
export async function lookAt(file: File, kind: Preview["kind"], choice: Choice): Promise<Imported> {
  return send(await beginning(file, kind), { ...optionsOf(choice), called: file.name, preview: true });
}
