// pages/journeys/friction.ts - frictions as the server tells them, and as questions about them.
import type { Parameters } from "../../api/client";
import type { FrictionPlace } from "../../api/types";
import { changed } from "../../app/router";
import { isGoodStep, type View } from "../../views/views";
import type { Words } from "../../words";

/** What systems write when all is over but date by the beginning, what names a page or a call instead of a cause, and what a
 *  telephone exchange or a web server notes for itself: no driver. */
export const AFTERMATH = [
  "*_seconds", "outcome", "queue", "duree_min", "transfers", "Comment id", "Ticket id", "Issue", "Status", "path", "url", "referer", "context.page.*",
  "name", "title", "dst", "src", "data1", "data2", "data3", "data4", "data5", "direction", "user_agent", "bytes", "status",
];

/** What fewer than these have in common is no cause: each thing asked costs certainty about the others. */
export const SUPPORT = 20;

/** The options that ask for the drivers of a friction: the words of `journey list`. */
export function askFor(place: FrictionPlace): Parameters {
  const [at = ""] = place.at;
  const [to = "", ...others] = place.to ?? [];
  const within = place.within_s === undefined ? {} : { within: `${Math.round(place.within_s)}s` };
  const or = others.length > 0 ? { or: others } : {};
  const visit = place.visit_s === undefined ? {} : { visit: `${Math.round(place.visit_s)}s` };
  const own = place.own ? { own: true } : {};
  switch (place.kind) {
    case "next":
      return { "edge-from": at, "edge-to": to, ...or };
    case "wait":
      return { "edge-from": at, "edge-to": to, ...or, slower: within.within };
    case "later":
      return { "from-step": at, "to-step": to, ...or, ...within, ...visit, ...own };
    case "instead":
      return { step: to, ...or, instead: place.at, ...own };
    case "return":
      return { loop: at };
    case "leave":
      return { ends: at };
    case "outcome":
      return { outcome: place.outcomes };
  }
}

export function placeName(place: FrictionPlace, nameOf: (step: string) => string, { t, span, language }: Words): string {
  const list = new Intl.ListFormat(language, { type: "disjunction" });
  const at = list.format(place.at.map(nameOf));
  const to = place.to && place.to.length > 4 ? t("friction.any") : list.format((place.to ?? []).map(nameOf));
  const [first, second] = place.kind === "instead" ? [to, at] : [at, to];
  return t(`friction.${place.kind}`, { at: first, to: second, time: span(place.within_s) });
}

/** The step that goes wrong: at "instead", what came where `at` could have; else what follows, if anything has to. */
export function wrongStep(place: FrictionPlace): string {
  return place.to?.[0] ?? place.at[0] ?? "";
}

/** The step at which it fails, not the one where people land: whoever answers for it can mend it. */
export function failingStep(place: FrictionPlace): string {
  return (place.kind === "instead" ? place.to?.[0] : undefined) ?? place.at[0] ?? "";
}

/** To come where one wanted to be, or to stop there, is no friction, whatever it cost to get there. */
export function isGoodEnd({ kind, at, to }: FrictionPlace, view: View): boolean {
  if (kind === "leave") return at.every((step) => isGoodStep(view, step));
  const ends = kind === "next" || kind === "later" ? (to ?? []) : [];
  return ends.length > 0 && ends.every((step) => isGoodStep(view, step) && !view.dear?.includes(step));
}

/** The address that asks for one place, or for the N-th of its causes: what a click on the map asks too. */
export function addressOf(place: FrictionPlace, cause?: number): Record<string, string | undefined> {
  const none = { "at-from": undefined, "at-to": undefined, "at-step": undefined, friction: undefined, place: undefined, cause: undefined };
  if (cause !== undefined) return { ...none, place: JSON.stringify(place), cause: String(cause) };
  if (place.kind === "next" && place.at.length === 1 && place.to?.length === 1) return { ...none, "at-from": place.at[0], "at-to": place.to[0] };
  return { ...none, place: JSON.stringify(place) };
}

export function placeIn(text: string | null): FrictionPlace | null {
  try {
    const place = JSON.parse(text ?? "null") as Partial<FrictionPlace> | null;
    return place && place.kind !== undefined && Array.isArray(place.at) ? (place as FrictionPlace) : null;
  } catch {
    return null; // somebody shortened the link
  }
}

/** Who suffered from it, each time it happened: exactly those whom the friction counts; or its N-th cause. */
export function sufferersOf(url: URL, place: FrictionPlace, cause?: number): string {
  const none = { "at-from": undefined, "at-to": undefined, "at-step": undefined, place: undefined };
  return changed(url, { ...none, friction: JSON.stringify(place), cause: cause === undefined ? undefined : String(cause) }, "/journeys/frictions");
}
