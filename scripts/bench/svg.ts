// Writes line charts as SVG that reads on light and on dark paper, without a library.

export interface Series {
  name: string;
  points: readonly (readonly [x: number, y: number])[];
  /** Dashes say that a curve is theory and not measured. */
  dashed?: boolean;
}

/** A vertical line with a word on it. */
export interface Mark {
  x: number;
  label: string;
}

export interface Chart {
  title: string;
  x: string;
  y: string;
  series: readonly Series[];
  marks?: readonly Mark[];
}

const WIDTH = 470;
const HEIGHT = 330;
const INNER = { left: 58, right: 14, top: 34, bottom: 46 };
const LEGEND = 28;
/** Okabe and Ito's colours, told apart by colour-blind people too, without those that vanish on white or black. */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c6d46"];
const INK = "#808080";

/** Charts side by side with one legend: a name has the same colour in all of them. */
export function figure(charts: readonly Chart[]): string {
  const names = [...new Set(charts.flatMap(({ series }) => series.map(({ name }) => name)))];
  const colourOf = (name: string) => COLOURS[names.indexOf(name) % COLOURS.length]!;
  const drawn = charts.map(
    (chart, i) => `<g transform="translate(${i * WIDTH} ${LEGEND})">${draw(chart, colourOf)}</g>`,
  );
  const dashed = new Set(charts.flatMap(({ series }) => series.filter((one) => one.dashed).map(({ name }) => name)));
  const size = { width: WIDTH * charts.length, height: HEIGHT + LEGEND };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" width="${size.width}" height="${size.height}"`,
    ` role="img" aria-label="${escaped(charts.map(({ title }) => title).join("; "))}" font-family="system-ui, sans-serif" font-size="12">`,
    legend(names, colourOf, dashed),
    ...drawn,
    "</svg>\n",
  ].join("\n");
}

function legend(names: readonly string[], colourOf: (name: string) => string, dashed: ReadonlySet<string>): string {
  let x = INNER.left;
  return names
    .map((name) => {
      const at = x;
      x += 40 + name.length * 7;
      const line = `<line x1="${at}" x2="${at + 18}" y1="14" y2="14" stroke="${colourOf(name)}" stroke-width="2.5"${dashes(dashed.has(name))}/>`;
      return `${line}<text x="${at + 23}" y="18" fill="${INK}">${escaped(name)}</text>`;
    })
    .join("\n");
}

function draw(chart: Chart, colourOf: (name: string) => string): string {
  const all = chart.series.flatMap(({ points }) => points);
  const x = axis(
    all.map(([value]) => value),
    [INNER.left, WIDTH - INNER.right],
  );
  const y = axis(
    all.map(([, value]) => value),
    [HEIGHT - INNER.bottom, INNER.top],
  );
  const [left, right, top, bottom] = [INNER.left, WIDTH - INNER.right, INNER.top, HEIGHT - INNER.bottom];
  const grid = [
    ...y.ticks.map(
      (tick) =>
        `<line x1="${left}" x2="${right}" y1="${y.at(tick)}" y2="${y.at(tick)}" stroke="${INK}" stroke-opacity="0.25"/>` +
        `<text x="${left - 6}" y="${y.at(tick) + 4}" text-anchor="end" fill="${INK}">${short(tick)}</text>`,
    ),
    ...x.ticks.map(
      (tick) => `<text x="${x.at(tick)}" y="${bottom + 17}" text-anchor="middle" fill="${INK}">${short(tick)}</text>`,
    ),
    `<line x1="${left}" x2="${right}" y1="${bottom}" y2="${bottom}" stroke="${INK}"/>`,
  ];
  const marks = (chart.marks ?? []).map(
    ({ x: value, label }, i) =>
      `<line x1="${x.at(value)}" x2="${x.at(value)}" y1="${top}" y2="${bottom}" stroke="${INK}" stroke-dasharray="2 4"/>` +
      `<text x="${x.at(value) + 4}" y="${bottom - 8 - 15 * i}" fill="${INK}">${escaped(label)}</text>`,
  );
  const curves = chart.series.map(({ name, points, dashed }) => {
    const path = points.map(([a, b]) => `${x.at(a)},${y.at(b)}`).join(" ");
    return `<polyline points="${path}" fill="none" stroke="${colourOf(name)}" stroke-width="2" stroke-linejoin="round"${dashes(dashed)}/>`;
  });
  return [
    `<text x="${left}" y="${top - 14}" font-weight="600" fill="${INK}">${escaped(chart.title)}</text>`,
    `<text x="${(left + right) / 2}" y="${HEIGHT - 8}" text-anchor="middle" fill="${INK}">${escaped(chart.x)}</text>`,
    `<text transform="translate(14 ${(top + bottom) / 2}) rotate(-90)" text-anchor="middle" fill="${INK}">${escaped(chart.y)}</text>`,
    ...grid,
    ...marks,
    ...curves,
  ].join("\n");
}

const dashes = (dashed: boolean | undefined) => (dashed ? ' stroke-dasharray="6 4"' : "");

/** A linear scale from the data's range, a little widened to round numbers, to pixels. */
function axis(values: readonly number[], [from, to]: readonly [number, number]) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const step = roundStep((high - low || 1) / 5);
  const [first, last] = [Math.floor(low / step), Math.ceil(high / step)];
  const at = (value: number) =>
    Number((from + ((value - first * step) / ((last - first) * step || 1)) * (to - from)).toFixed(1));
  return { at, ticks: Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step) };
}

/** The least of 1, 2, 5 times a power of ten that is not below `step`. */
function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  return [1, 2, 5, 10].map((digit) => digit * power).find((candidate) => candidate >= step * 0.999)!;
}

const short = (value: number) => String(Number(value.toPrecision(3)));
const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
