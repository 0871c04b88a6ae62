// pages/customer/Next.tsx - what customers who came the same way did next, most often.
import { useAnswer } from "../../api/questions";
import { useWords } from "../../app/settings";
import { Help } from "../../parts/Help";
import { Trace } from "../../pictures/Trace";
import { definitionOf, stepChannel, stepName, viewOf } from "../../views/views";

const SHOWN = 4;
const view = viewOf("contacts");

export function Next({ identifier }: { identifier: string }) {
  const words = useWords();
  const { t, language } = words;
  const asked = { definition: definitionOf(view), arguments: [identifier] };
  const open = useAnswer("journey/list", { ...asked, outcome: ["open"], limit: 1, "no-steps": true });
  const isOpen = (open.data?.journeys ?? 0) > 0;
  const answer = useAnswer(isOpen ? "journey/predict" : undefined, asked);
  const told = isOpen ? answer.data?.prediction : undefined;
  if (open.isPending || (isOpen && answer.isPending)) return null;
  const nameOf = (step: string) => stepName(view, step, language);
  return (
    <section>
      <h2>
        {t("next.title")} <Help about={t("next.title")}>{t("help.next")}</Help>
      </h2>
      {!told && <p className="none">{t(isOpen ? "next.unknown" : "next.none")}</p>}
      {told && told.context.steps.length > 0 && <Trace steps={told.context.steps} nameOf={nameOf} channelOf={(step) => stepChannel(view, step)} />}
      {told && <ul className="channel-bars next">
        {told.next.slice(0, SHOWN).map((one) => (
          <li key={one.step ?? ""}>
            <span>{one.step === null ? t("next.nothing") : nameOf(one.step)}</span>
            <span className="bar"><i style={{ width: `${one.probability * 100}%` }} /></span>
            <b>{words.percent(one.probability, 0)}</b>
          </li>
        ))}
      </ul>}
      {told && <p className="volatile">{t("next.of", { n: told.context.count })}</p>}
    </section>
  );
}
