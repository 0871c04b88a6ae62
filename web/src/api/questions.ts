// api/questions.ts - the questions of the pages, each a cached query.  What is on the screen stays until the
// next answer is there; a question that nobody waits for any longer is cancelled.
import { keepPreviousData, useQuery, type UseQueryResult } from "@tanstack/react-query";
import { askLines, askWith, type Parameters, type Problem } from "./client";
import type { Customer, EventRecord, Funnel, JourneyList, JourneyMap, Status, Variants } from "./types";

export type Answer<T> = UseQueryResult<T, Problem>;

export function useAnswer<T>(path: string | undefined, parameters: Parameters = {}): Answer<T> {
  return useQuery<T, Problem>({
    queryKey: [path, parameters],
    queryFn: ({ signal }) => askWith<T>(path ?? "", parameters, signal),
    enabled: path !== undefined,
    placeholderData: keepPreviousData,
  });
}

export function useLines<T>(path: string | undefined, parameters: Parameters = {}): Answer<T[]> {
  return useQuery<T[], Problem>({
    queryKey: [path, parameters],
    queryFn: ({ signal }) => askLines<T>(path ?? "", parameters, signal),
    enabled: path !== undefined,
  });
}

export const useStatus = () => useAnswer<Status>("status");
export const useMap = (parameters: Parameters) => useAnswer<JourneyMap>("journey/map", parameters);

/** The map with its counts, and once those are drawn with the times of its passages: they cost several times as much, and whoever
 *  looks at the picture does not wait for them. */
export function useMapThenTimes(parameters: Parameters, isDrawn: boolean): { map: Answer<JourneyMap>; timed: Answer<JourneyMap> } {
  return { map: useMap({ ...parameters, "counts-only": true }), timed: useAnswer(isDrawn ? "journey/map" : undefined, parameters) };
}

export const useVariants = (parameters: Parameters) => useAnswer<Variants>("journey/variants", parameters);
export const useList = (parameters: Parameters) => useAnswer<JourneyList>("journey/list", parameters);
export const useFunnel = (parameters: Parameters, steps: readonly string[]) =>
  useAnswer<Funnel>(steps.length >= 2 ? "journey/funnel" : undefined, { ...parameters, step: steps });

const LAST = 50; // as many as fill a screen

/** Profile and last events in one answer: what stands on the screen first. */
export function useCustomer(identifier: string | undefined): Answer<Customer> {
  return useAnswer<Customer>(identifier && `customers/${encodeURIComponent(identifier)}`, { last: LAST });
}

export function useThread(identifier: string, parameters: Parameters = {}): Answer<EventRecord[]> {
  return useLines<EventRecord>(`customers/${encodeURIComponent(identifier)}/thread`, parameters);
}
