// pages/journeys/FunnelList.tsx - whose journeys came to a step of a funnel, or were lost before it: as many as the funnel says, for
// the server lists by its order of steps and its time, which no filter of journeys knows.
import { useCallback, useState } from "react";
import { askWith, type Parameters } from "../../api/client";
import { useAnswer } from "../../api/questions";
import type { ListedJourney } from "../../api/types";
import { useWords } from "../../app/settings";
import { CSV_ROWS_MAX, LongTable, type Rows } from "../../parts/LongTable";
import { Shown } from "../../parts/States";
import { useJourneyColumns } from "./journeyColumns";

const FIRST = 200;

/** `reached`: the step, from 1.  `isLost`: those that came to it and no farther. */
export function FunnelList({ parameters, steps, reached, isLost, name }: { parameters: Parameters; steps: readonly string[]; reached: number; isLost: boolean; name: string }) {
  const { t } = useWords();
  const asked = { ...parameters, step: steps, list: reached, stopped: isLost };
  const [isAll, setAll] = useState(false);
  const answer = useAnswer("journey/funnel", { ...asked, limit: isAll ? CSV_ROWS_MAX : FIRST }, ["list"]);
  const columns = useJourneyColumns(false);
  const see = useCallback((_: number, end: number) => end > FIRST / 2 && setAll(true), []);
  return (
    <Shown answer={answer} rows={6}>
      {(data) => {
        const rows: Rows<ListedJourney> = {
          count: Math.min(data.journeys, CSV_ROWS_MAX), see, rowAt: (i) => data.list[i],
          all: async () => (await askWith("journey/funnel", { ...asked, limit: CSV_ROWS_MAX }, undefined, ["list"])).list,
        };
        const caption = t(isLost ? "funnel.lost_of" : "funnel.came_of", { name, n: data.journeys, people: data.customers });
        return <LongTable<ListedJourney> caption={caption} name="ariane-funnel-customers" rows={rows} columns={columns} />;
      }}
    </Shown>
  );
}
