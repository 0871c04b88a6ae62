// api/questions.ts - the questions of the pages, each a cached query.  What is on the screen stays until the
// next answer is there; a question that nobody waits for any longer is cancelled.
import { keepPreviousData, skipToken, useQuery, type UseQueryResult } from "@tanstack/react-query";
import { askLines, askWith, type Parameters, type Problem } from "./client";
import type { Line, Member, Options, Question, Told, With } from "./paths";
import type { Customer, EventRecord, JourneyMap } from "./types";

export type Answer<T> = UseQueryResult<T, Problem>;

/** `members`: those of the answer that what is asked brings. */
export function useAnswer<P extends Question, K extends Member<Told<P>> = never>(path: P | undefined, parameters: Options<P> = {}, members: readonly K[] = []): Answer<With<Told<P>, K>> {
  return useQuery<With<Told<P>, K>, Problem>({
    queryKey: [path, parameters],
    queryFn: path === undefined ? skipToken : ({ signal }) => askWith(path, parameters, signal, members),
    placeholderData: keepPreviousData,
  });
}

export function useLines<P extends Question>(path: P | undefined, parameters: Options<P> = {}): Answer<Line<P>[]> {
  return useQuery<Line<P>[], Problem>({
    queryKey: [path, parameters],
    queryFn: path === undefined ? skipToken : ({ signal }) => askLines(path, parameters, signal),
  });
}

export const useStatus = () => useAnswer("status");
export const useMap = (parameters: Parameters) => useAnswer("journey/map", parameters);

/** The map with its counts, and once those are drawn with the times of its passages: they cost several times as much, and whoever
 *  looks at the picture does not wait for them. */
export function useMapThenTimes(parameters: Parameters, isDrawn: boolean): { map: Answer<JourneyMap>; timed: Answer<JourneyMap> } {
  return { map: useMap({ ...parameters, "counts-only": true }), timed: useAnswer(isDrawn ? "journey/map" : undefined, parameters) };
}

export const useVariants = (parameters: Parameters) => useAnswer("journey/variants", parameters);
export const useList = (parameters: Parameters) => useAnswer("journey/list", parameters);
export const useFunnel = (parameters: Parameters, steps: readonly string[]) =>
  useAnswer(steps.length >= 2 ? "journey/funnel" : undefined, { ...parameters, step: steps }, ["steps", "whole"]);

const LAST = 50; // as many as fill a screen

/** Profile and last events in one answer: what stands on the screen first. */
export function useCustomer(identifier: string | undefined): Answer<Customer> {
  return useAnswer(identifier ? `customers/${encodeURIComponent(identifier)}` : undefined, { last: LAST });
}

export function useThread(identifier: string, parameters: Parameters = {}): Answer<EventRecord[]> {
  return useLines(`customers/${encodeURIComponent(identifier)}/thread`, parameters);
}
