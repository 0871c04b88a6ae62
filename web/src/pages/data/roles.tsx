// pages/data/roles.tsx - roles, and rights that may be given beyond them.
import { useWords } from "../../app/settings";

export const ROLES = ["agent", "supervisor", "analyst", "planner", "administrator", "privacy-officer"] as const;
export type Role = (typeof ROLES)[number];

/** Those that a role may be given besides, in the words of the command line. */
export const GRANTS = ["text", "lists", "export", "import", "correct", "identity", "erase", "store", "doors", "audit"] as const;

export function Grants() {
  const { t } = useWords();
  return (
    <details className="grants">
      <summary>{t("users.grants")}</summary>
      <div>
        {GRANTS.map((right) => (
          <label key={right} className="check"><input type="checkbox" name="grant" value={right} /> {t(`right.${right}`)}</label>
        ))}
      </div>
    </details>
  );
}

export function grantsIn(form: FormData): { grant?: string[] } {
  const grant = form.getAll("grant").map(String);
  return grant.length > 0 ? { grant } : {};
}
