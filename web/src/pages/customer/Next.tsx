// pages/customer/Next.tsx - what customers who came the same way did next, most often.
import { useAnswer } from "../../api/questions";
import type { Standing } from "../../api/types";
import { useWords } from "../../app/settings";
import { Help } from "../../parts/Help";
import { Trace } from "../../pictures/Trace";
import { definitionOf, stepChannel, stepName, viewOf } from "../../views/views";

interface Prediction extends Standing {
  prediction?: {
    steps: string[];
    context: { steps: string[]; from_start: boolean; count: number };
    next: { step: string | null; probability: number; count: number }[];
  };
}

const SHOWN = 4;
const view = viewOf("contacts");

export function Next({ identifier }: { identifier: string }) {
  const words = useWords();
  const { t, language } = words;
  const answer = useAnswer<Prediction>("journey/predict", { definition: definitionOf(view), arguments: [identifier] });
  const told = answer.data?.prediction;
  if (!told || told.next.length === 0) return null; // nothing is known of such a way
  const nameOf = (step: string) => stepName(view, step, language);
  return (
    <section>
      <h2>
        {t("next.title")} <Help about={t("next.title")}>{t("help.next")}</Help>
      </h2>
      {told.context.steps.length > 0 && <Trace steps={told.context.steps} nameOf={nameOf} channelOf={(step) => stepChannel(view, step)} />}
      <ul className="channel-bars next">
        {told.next.slice(0, SHOWN).map((one) => (
          <li key={one.step ?? ""}>
            <span>{one.step === null ? t("next.nothing") : nameOf(one.step)}</span>
            <span className="bar"><i style={{ width: `${one.probability * 100}%` }} /></span>
            <b>{words.percent(one.probability, 0)}</b>
          </li>
        ))}
      </ul>
      <p className="volatile">{t("next.of", { n: told.context.count })}</p>
    </section>
  );
}
