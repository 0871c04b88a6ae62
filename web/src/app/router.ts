// app/router.ts - the address is the view: path says the page, the query string everything one sees.
import { useCallback, useSyncExternalStore } from "react";

const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener("popstate", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("popstate", listener);
  };
}

export function go(to: string, how: "push" | "replace" = "push"): void {
  if (to === window.location.pathname + window.location.search) return;
  if (how === "push") window.history.pushState(null, "", to);
  else window.history.replaceState(null, "", to);
  for (const listener of listeners) listener();
}

export function useAddress(): URL {
  const href = useSyncExternalStore(subscribe, () => window.location.href);
  return new URL(href);
}

export type Changes = Record<string, string | readonly string[] | undefined>;

/** The present address with some of its parameters changed; undefined takes one out. */
export function changed(from: URL, changes: Changes, path = from.pathname): string {
  const query = new URLSearchParams(from.search);
  for (const [key, value] of Object.entries(changes)) {
    query.delete(key);
    if (value === undefined) continue;
    for (const one of typeof value === "string" ? [value] : value) query.append(key, one);
  }
  const text = query.toString();
  return path + (text ? `?${text}` : "");
}

/** A parameter of the address that reads and writes like a state. */
export function useParameter(name: string, otherwise: string): [string, (value: string) => void] {
  const url = useAddress();
  const value = url.searchParams.get(name) ?? otherwise;
  const set = useCallback(
    (next: string) =>
      go(changed(new URL(window.location.href), { [name]: next === otherwise ? undefined : next }), "replace"),
    [name, otherwise],
  );
  return [value, set];
}
