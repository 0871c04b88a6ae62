// parts/Figure.tsx - one number with its name, what it is compared with, and what is behind it.
import type { ReactNode } from "react";
import { Link } from "./Link";

export function Figure({
  name,
  value,
  note,
  to,
  help,
  tone,
}: {
  name: string;
  value: ReactNode;
  note?: ReactNode;
  to?: string;
  help?: ReactNode;
  tone?: "bad" | "good";
}) {
  return (
    <div className="figure" data-tone={tone}>
      <p className="figure-name">
        {name} {help}
      </p>
      <p className="figure-value">{to ? <Link to={to}>{value}</Link> : value}</p>
      {note && <p className="figure-note">{note}</p>}
    </div>
  );
}
