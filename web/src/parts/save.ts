// parts/save.ts - what leaves by the download folder: tables as CSV, pictures as SVG or PNG.

export type Cell = string | number | undefined;

export function handFile(name: string, content: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

const DIGITS = 6; // behind the comma: no figure here is surer

/** In French with a decimal comma, and semicolons between: so spreadsheets read it without being asked.  A cell that one would run
 *  as a formula is told as text. */
function cell(value: Cell, isFrench: boolean): string {
  const told = typeof value === "number" ? String(Number(value.toFixed(DIGITS))) : String(value ?? "");
  const text = typeof value === "number" && isFrench ? told.replace(".", ",") : told;
  const harmless = typeof value === "string" && /^[=+\-@\t\r]/.test(text) && !/^\+?\d+$/.test(text) ? `'${text}` : text;
  return (isFrench ? /["\n;]/ : /[",\n;]/).test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

export function saveCsv(name: string, head: readonly string[], rows: readonly (readonly Cell[])[]): void {
  const isFrench = document.documentElement.lang === "fr";
  const lines = [head, ...rows].map((row) => row.map((one) => cell(one, isFrench)).join(isFrench ? ";" : ","));
  handFile(`${name}.csv`, new Blob(["\ufeff", lines.join("\r\n"), "\r\n"], { type: "text/csv;charset=utf-8" }));
}

const PAINTED = [
  "fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "opacity", "fill-opacity",
  "stroke-opacity", "font-family", "font-size", "font-weight", "text-anchor", "dominant-baseline", "letter-spacing", "paint-order",
];

/** The picture on its own: what the style sheet said is written into it. */
function standalone(picture: SVGSVGElement): string {
  const copy = picture.cloneNode(true) as SVGSVGElement;
  const from = [picture, ...picture.querySelectorAll<SVGElement>("*")];
  const to = [copy, ...copy.querySelectorAll<SVGElement>("*")];
  from.forEach((original, i) => {
    const style = window.getComputedStyle(original);
    for (const name of PAINTED) to[i]?.setAttribute(name, style.getPropertyValue(name));
    to[i]?.removeAttribute("class");
  });
  const box = picture.getBoundingClientRect();
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", String(Math.round(box.width)));
  copy.setAttribute("height", String(Math.round(box.height)));
  const paper = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  const view = picture.viewBox.baseVal;
  const size = view.width > 0 ? view : { x: 0, y: 0, width: box.width, height: box.height };
  for (const name of ["x", "y", "width", "height"] as const) paper.setAttribute(name, String(size[name]));
  paper.setAttribute("fill", window.getComputedStyle(document.body).backgroundColor);
  copy.prepend(paper);
  return new XMLSerializer().serializeToString(copy);
}

export function saveSvg(name: string, picture: SVGSVGElement): void {
  handFile(`${name}.svg`, new Blob([standalone(picture)], { type: "image/svg+xml" }));
}

export function savePng(name: string, picture: SVGSVGElement): void {
  const box = picture.getBoundingClientRect();
  const image = new Image();
  image.onload = () => {
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(box.width * 2);
    canvas.height = Math.round(box.height * 2);
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => blob && handFile(`${name}.png`, blob), "image/png");
  };
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(standalone(picture))}`;
}

export function handJson(name: string, value: unknown): void {
  handFile(`${name}.json`, new Blob([JSON.stringify(value, null, 2), "\n"], { type: "application/json" }));
}
