// pages/journeys/system.ts - whose version it is: "7.4" is Android's where every event that carries the one carries the other.
import { useQueries } from "@tanstack/react-query";
import { askWith, type Parameters } from "../../api/client";
import type { CommonTrait } from "../../api/types";

/** What a version is of, and what the makers call themselves (the names that SDKs send). */
const OWNERS: Record<string, { name: string; known: readonly string[] }> = {
  "context.os.version": { name: "context.os.name", known: ["Android", "iOS", "iPadOS", "Windows", "macOS", "Linux"] },
};

/** The trait as one name ("Android 7.4"), or undefined where it is none or several share the version. */
export function useSystem(traits: readonly CommonTrait[] | undefined): string | undefined {
  const trait = traits?.length === 1 ? traits[0] : undefined;
  const owner = trait?.name === undefined ? undefined : OWNERS[trait.name];
  const version = String(trait?.value ?? "");
  const wheres = owner && trait ? [[], ...owner.known.map((name) => [`${owner.name}=${name}`])].map((one) => [`${trait.name}=${version}`, ...one]) : [];
  const counts = useQueries({
    queries: wheres.map((where) => {
      const asked: Parameters = { where, "counts-only": true, top: 1 };
      return { queryKey: ["journey/map", asked], queryFn: ({ signal }: { signal: AbortSignal }) => askWith("journey/map", asked, signal) };
    }),
  });
  const [all, ...each] = counts.map((one) => one.data?.events);
  const index = all ? each.indexOf(all) : -1;
  return index < 0 ? undefined : `${owner?.known[index]} ${version}`;
}
