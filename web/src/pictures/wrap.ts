// pictures/wrap.ts - a label on as many lines as it needs: SVG does not break lines itself.

const LINES_MAX = 3;

/** Lines of at most so many letters, broken between words; a longer word is broken too. */
export function wrapped(text: string, letters: number): string[] {
  const most = Math.max(6, letters);
  const lines: string[] = [];
  let line = "";
  const push = (word: string) => {
    if (line !== "" && line.length + 1 + word.length > most) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
    while (line.length > most) {
      lines.push(line.slice(0, most));
      line = line.slice(most);
    }
  };
  for (const word of text.split(" ")) push(word);
  if (line !== "") lines.push(line);
  if (lines.length <= LINES_MAX) return lines;
  return [...lines.slice(0, LINES_MAX - 1), `${(lines[LINES_MAX - 1] ?? "").slice(0, most - 1)}…`];
}
