// pages/data/totals.ts - the totals that a source system states, a day a line: "2026-03-01,128" or with ; or a tab.

export interface Total {
  day: string;
  total: number;
}

export const DAYS_MAX = 62; // each day is a question to the server

/** The days of a file, the first line may name the columns; undefined if a line is neither a day and a number nor that. */
export function totalsOf(text: string): Total[] | undefined {
  const lines = text.replace(/^\ufeff/, "").split(/\r?\n/).filter((line) => line.trim() !== "");
  const totals: Total[] = [];
  for (const [i, line] of lines.entries()) {
    const [day = "", total = ""] = line.split(/[,;\t]/).map((cell) => cell.trim().replaceAll('"', ""));
    const french = /^(\d\d)\/(\d\d)\/(\d{4})$/.exec(day);
    const iso = french ? `${french[3]}-${french[2]}-${french[1]}` : day;
    if (/^\d{4}-\d\d-\d\d$/.test(iso) && /^\d+$/.test(total)) totals.push({ day: iso, total: Number(total) });
    else if (i > 0) return undefined;
  }
  return totals.length > 0 && totals.length <= DAYS_MAX ? totals : undefined;
}

export function dayAfter(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}
