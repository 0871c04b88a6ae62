// pages/journeys/causes.ts - what those have in common for whom a watched place goes wrong, and in what order it is told.
import { useQueries, type UseQueryOptions } from "@tanstack/react-query";
import { askWith, type Parameters, type Problem } from "../../api/client";
import type { Answer } from "../../api/questions";
import type { Driver, Drivers } from "../../api/types";
import type { View, WatchedPlace } from "../../views/views";
import { AFTERMATH, SUPPORT, askFor } from "./friction";

/** A watched place, what was found at it, and its surest cause that nothing else explains. */
export interface Watched {
  watched: WatchedPlace;
  data: Drivers;
  driver: Driver | undefined;
  /** The driver's place in the answer, from 1: the words of `--list`. */
  rank: number;
}

const sure = (one: Watched) => one.driver?.excess_cost.low ?? Number.NEGATIVE_INFINITY;

/** The surest cause of each place; those that cost most for sure first, places without a cause last, by how often it happens. */
export function ranked(found: readonly { watched: WatchedPlace; data: Drivers }[]): Watched[] {
  return found
    .map(({ watched, data }) => {
      const index = (data.drivers ?? []).findIndex((one) => !one.explained);
      return { watched, data, driver: data.drivers?.[index], rank: index + 1 };
    })
    .sort((a, b) => sure(b) - sure(a) || b.data.suffered - a.data.suffered);
}

/** The watched places of an analysis, each asked by itself: those that have answered, and whether more will. */
export function useCauses(view: View, parameters: Parameters): { causes: Watched[]; isPending: boolean; failed: Answer<Drivers> | undefined } {
  const places = view.watched ?? [];
  const answers = useQueries({
    queries: places.map(({ place }): UseQueryOptions<Drivers, Problem> => {
      const asked: Parameters = { ...parameters, ...askFor(place), ignore: AFTERMATH, support: SUPPORT };
      return { queryKey: ["journey/drivers", asked], queryFn: ({ signal }) => askWith("journey/drivers", asked, signal) };
    }),
  });
  const found = places.flatMap((watched, i) => {
    const data = answers[i]?.data;
    return data ? [{ watched, data }] : [];
  });
  return { causes: ranked(found), isPending: answers.some((one) => one.isPending), failed: answers.find((one) => one.isError) };
}
