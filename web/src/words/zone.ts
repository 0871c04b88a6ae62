// words/zone.ts - the company's time zone: the server reads and counts dates by it, wherever the browser stands.
let zone = "Europe/Paris";

/** Told by the server when somebody signs in, before any date is shown. */
export function beIn(told: string | undefined): void {
  try {
    if (told) zone = new Intl.DateTimeFormat("en", { timeZone: told }).resolvedOptions().timeZone;
  } catch {
    zone = "UTC"; // one that this browser does not know
  }
}

export const companyZone = (): string => zone;
