// parts/Picture.tsx - the frame of a picture: its title, its help, and the ways out (SVG, PNG, table).
import { useRef, type ReactNode } from "react";
import { useWords } from "../app/settings";
import { savePng, saveSvg } from "./save";

export function Picture({
  title,
  name,
  help,
  tools,
  children,
}: {
  title: string;
  name: string;
  help?: ReactNode;
  tools?: ReactNode;
  children: ReactNode;
}) {
  const { t } = useWords();
  const frame = useRef<HTMLElement>(null);
  const withPicture = (save: (name: string, picture: SVGSVGElement) => void) => {
    const pictures = [...(frame.current?.querySelectorAll<SVGSVGElement>("svg[data-picture]") ?? [])];
    pictures.forEach((picture, i) => save(pictures.length > 1 ? `${name}-${i + 1}` : name, picture)); // side by side
  };
  return (
    <figure className="picture" ref={frame}>
      <figcaption>
        <h2>
          {title} {help}
        </h2>
        <div className="tools">
          {tools}
          <button type="button" className="quiet" onClick={() => withPicture(saveSvg)}>
            SVG<span className="unseen"> {t("save.picture")}</span>
          </button>
          <button type="button" className="quiet" onClick={() => withPicture(savePng)}>
            PNG<span className="unseen"> {t("save.picture")}</span>
          </button>
        </div>
      </figcaption>
      {children}
    </figure>
  );
}
