// A line chart as a standalone SVG text: what "Download SVG" saves and what a PNG is painted from.
import { linearTicks, logTicks, padded, shortNumber } from "./axis.ts";
import { type Columns, extent, positiveOnly } from "./columns.ts";
import { DASHES, PAPER_COLOURS, type Series } from "./series.ts";

export interface SvgChart {
  title: string;
  xLabel: string;
  unit: string;
  series: readonly Series[];
  columns: Columns;
  logarithmic?: boolean;
}

const SIZE = { width: 720, height: 400 };
const PLOT = { left: 64, right: 700, top: 64, bottom: 352 };
const INK = "#1c1917";
const QUIET = "#57534e";
const LINE = "#e7e5e4";

/** The chart on white, 720 by 400; an empty chart has axes and no lines. */
export function chartSvg({ title, xLabel, unit, series, columns, logarithmic = false }: SvgChart): string {
  const values = logarithmic ? columns.series.map(positiveOnly) : columns.series;
  const [low, high] = padded(extent(values) ?? [logarithmic ? 0.1 : 0, 1], logarithmic);
  const [first, last] = extent([columns.x]) ?? [0, 1];
  const span = last - first || 1;
  const scale = logarithmic ? Math.log10 : (value: number) => value;
  const atX = (step: number) => PLOT.left + ((step - first) / span) * (PLOT.right - PLOT.left);
  const atY = (value: number) =>
    PLOT.bottom - ((scale(value) - scale(low)) / (scale(high) - scale(low))) * (PLOT.bottom - PLOT.top);

  const rows = (logarithmic ? logTicks(low, high) : linearTicks(low, high, 5)).map((tick) => {
    const y = round(atY(tick));
    return (
      `<line x1="${PLOT.left}" x2="${PLOT.right}" y1="${y}" y2="${y}" stroke="${LINE}"/>` +
      text(PLOT.left - 8, y + 4, shortNumber(tick), { anchor: "end", fill: QUIET })
    );
  });
  const marks = linearTicks(first, last, 8).map((tick) =>
    text(round(atX(tick)), PLOT.bottom + 18, shortNumber(tick), { anchor: "middle", fill: QUIET }),
  );
  const lines = series.map(
    ({ meaning, stroke }, i) =>
      `<path d="${path(columns.x, values[i] ?? [], atX, atY)}" fill="none" stroke="${PAPER_COLOURS[meaning]}" ` +
      `stroke-width="1.75" stroke-linejoin="round" stroke-linecap="round"${dash(DASHES[stroke])}/>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${SIZE.width}" height="${SIZE.height}" viewBox="0 0 ${SIZE.width} ${SIZE.height}" font-family="Geist, Helvetica, Arial, 'Noto Sans SC', sans-serif" font-size="12">`,
    `<rect width="${SIZE.width}" height="${SIZE.height}" fill="#ffffff"/>`,
    text(PLOT.left, 26, title, { size: 15, weight: 600 }),
    ...legend(series),
    text(PLOT.right, 46, unit, { anchor: "end", fill: QUIET }),
    ...rows,
    ...marks,
    text(PLOT.right, SIZE.height - 10, xLabel, { anchor: "end", fill: QUIET }),
    ...lines,
    "</svg>",
  ].join("\n");
}

/** A sample of each line with its label, side by side under the title. */
function legend(series: readonly Series[]): string[] {
  let x = PLOT.left;
  return series.map(({ label, meaning, stroke }) => {
    const at = x;
    x += 44 + [...label].reduce((width, letter) => width + (letter > "\u2e80" ? 13 : 7), 0);
    return (
      `<line x1="${at}" x2="${at + 22}" y1="42" y2="42" stroke="${PAPER_COLOURS[meaning]}" stroke-width="2"${dash(DASHES[stroke])}/>` +
      text(at + 28, 46, label, { fill: INK })
    );
  });
}

/** Straight lines through the values; a gap lifts the pen. The "h0" makes a lone point a dot, through its round line ends. */
function path(
  x: readonly number[],
  values: readonly (number | null)[],
  atX: (step: number) => number,
  atY: (value: number) => number,
): string {
  let drawing = false;
  const commands: string[] = [];
  for (const [i, value] of values.entries()) {
    if (value !== null)
      commands.push(`${drawing ? "L" : "M"}${round(atX(x[i]!))} ${round(atY(value))}${drawing ? "" : "h0"}`);
    drawing = value !== null;
  }
  return commands.join("");
}

interface TextLook {
  anchor?: "start" | "middle" | "end";
  fill?: string;
  size?: number;
  weight?: number;
}

function text(x: number, y: number, content: string, { anchor = "start", fill = INK, size, weight }: TextLook): string {
  const look = `${size ? ` font-size="${size}"` : ""}${weight ? ` font-weight="${weight}"` : ""}`;
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" fill="${fill}"${look}>${escaped(content)}</text>`;
}

function escaped(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function dash(lengths: readonly number[]): string {
  return lengths.length > 0 ? ` stroke-dasharray="${lengths.join(" ")}"` : "";
}

function round(position: number): number {
  return Math.round(position * 10) / 10;
}
