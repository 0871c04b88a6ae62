// pages/journeys/listed.ts - the options by which the server lists what is behind a number, as an address.
import { changed, type Changes } from "../../app/router";

/** ["--passed", "x", "--at=1"]: an option has its value behind it or with it; alone it is a flag. */
export function optionsOf(list: readonly string[]): Record<string, string[]> {
  const options: Record<string, string[]> = {};
  for (let i = 0; i < list.length; i++) {
    const word = list[i] ?? "";
    if (!word.startsWith("--")) continue;
    const [name = "", ...rest] = word.slice(2).split("=");
    const next = list[i + 1];
    const value = rest.length > 0 ? rest.join("=") : next !== undefined && !next.startsWith("--") ? (i++, next) : "true";
    (options[name] ??= []).push(value);
  }
  return options;
}

export function listed(url: URL, list: readonly string[], without: Changes = {}): string {
  return changed(url, { ...without, ...optionsOf(list) }, "/journeys/customers");
}
