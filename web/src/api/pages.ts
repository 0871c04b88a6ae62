// api/pages.ts - long lists by pages: those in any place by their number, those that only go on by a cursor.
import { keepPreviousData, useInfiniteQuery, type InfiniteData, useQueries, useQuery, type UseQueryResult } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { CSV_ROWS_MAX, type Rows } from "../parts/LongTable";
import { askPage, askWith, type Parameters, type Problem } from "./client";
import type { Line, Options, Question } from "./paths";
import type { JourneyList, ListedJourney } from "./types";

const PAGE = 200;

interface Page<Row> {
  lines: Row[];
  cursor: string | null;
}

/** The journeys that a question leaves, by pages: the server skips to wherever one scrolls.  What comes in meanwhile may move
 *  rows by as many places; the page says that there is news. */
export function useJourneyPages(parameters: Parameters): { rows: Rows<ListedJourney>; first: UseQueryResult<JourneyList, Problem> } {
  const [seen, setSeen] = useState<readonly [number, number]>([0, 0]);
  const first = useQuery<JourneyList, Problem>({
    queryKey: ["journey/list", parameters, 0],
    queryFn: ({ signal }) => askWith("journey/list", { ...parameters, limit: PAGE }, signal),
    placeholderData: keepPreviousData,
  });
  const count = first.data?.journeys ?? 0;
  const pages = Array.from({ length: seen[1] - seen[0] }, (_, i) => seen[0] + i).filter((page) => page > 0 && page * PAGE < count);
  const answers = useQueries({
    queries: pages.map((page) => ({
      queryKey: ["journey/list", parameters, page],
      queryFn: ({ signal }: { signal: AbortSignal }) => askWith("journey/list", { ...parameters, limit: PAGE, skip: page * PAGE }, signal),
    })),
  });
  const rowAt = (i: number) => {
    const page = Math.floor(i / PAGE);
    const data = page === 0 ? first.data : answers[pages.indexOf(page)]?.data;
    return data?.list[i % PAGE];
  };
  const see = useCallback((from: number, end: number) => {
    const now = [Math.floor(from / PAGE), Math.ceil(end / PAGE)] as const;
    setSeen((was) => (was[0] === now[0] && was[1] === now[1] ? was : now));
  }, []);
  const all = async () => (await askWith("journey/list", { ...parameters, limit: CSV_ROWS_MAX })).list;
  return { rows: { count, rowAt, see, all }, first };
}

/** Lines that go on behind a cursor: the next page is asked for as one comes near the end of what is there.  `fold` makes of lines
 *  those that are shown. */
export function useLinePages<P extends Question>(path: P, parameters: Options<P>, next: (page: Page<Line<P>>) => Options<P> | undefined, { size = PAGE, fold = (lines: readonly Line<P>[]): readonly Line<P>[] => lines } = {}) {
  const answer = useInfiniteQuery<Page<Line<P>>, Problem, InfiniteData<Page<Line<P>>, Parameters>, unknown[], Parameters>({
    queryKey: [path, parameters, "pages"],
    queryFn: ({ pageParam, signal }) => askPage(path, { ...parameters, ...pageParam, limit: size }, signal),
    initialPageParam: {},
    getNextPageParam: next,
    placeholderData: keepPreviousData,
  });
  const lines = fold(answer.data?.pages.flatMap((page) => page.lines) ?? []);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = answer;
  const length = lines.length;
  const see = useCallback((_: number, end: number) => {
    if (end + size / 2 > length && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [length, size, hasNextPage, isFetchingNextPage, fetchNextPage]);
  const all = async () => fold((await askPage(path, { ...parameters, limit: CSV_ROWS_MAX })).lines);
  const rows: Rows<Line<P>> = { count: length + (hasNextPage ? 1 : 0), isGrowing: hasNextPage, rowAt: (i) => lines[i], see, all };
  return { rows, answer };
}

export const PAGE_ROWS = PAGE;
