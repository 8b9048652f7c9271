// What charts compute before they draw: columns, smoothing, axis marks, CSV and SVG.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { linearTicks, logTicks, padded, shortNumber } from "../../../app/_components/charts/axis.ts";
import { binName, namedEdges, trimmed } from "../../../app/_components/charts/bins.ts";
import {
  extent,
  type MetricRow,
  mergeRows,
  positiveOnly,
  smooth,
  spread,
  toColumns,
} from "../../../app/_components/charts/columns.ts";
import { toCsv } from "../../../app/_components/charts/csv.ts";
import { chartSvg } from "../../../app/_components/charts/svg.ts";

const row = (step: number, loss: number) => ({ step, values: { loss } });

describe("rows of a run", () => {
  test("are appended in order", () => {
    expect(mergeRows([row(1, 3), row(2, 2)], [row(3, 1)])).toEqual([row(1, 3), row(2, 2), row(3, 1)]);
  });

  test("that come again after a crash replace the old ones", () => {
    const known = [row(1, 3), row(2, 2), row(3, 1)];
    expect(mergeRows(known, [row(2, 9), row(3, 8)])).toEqual([row(1, 3), row(2, 9), row(3, 8)]);
  });

  test("are one per step, ascending, with the last report winning, whatever the order of arrival", () => {
    const rows = fc.array(
      fc.record({ step: fc.integer({ min: 1, max: 20 }), values: fc.record({ loss: fc.double() }) }),
    );
    fc.assert(
      fc.property(rows, rows, (first, second) => {
        const merged = mergeRows(mergeRows([], first), second);
        const wanted = new Map([...first, ...second].map(({ step, values }) => [step, values]));
        expect(merged.map(({ step }) => step)).toEqual([...wanted.keys()].sort((a, b) => a - b));
        for (const { step, values } of merged) expect(values).toBe(wanted.get(step));
      }),
    );
  });

  test("become columns with gaps where a metric is missing or not a number", () => {
    const rows: MetricRow[] = [
      { step: 1, values: { loss: 1, lr: 0.1 } },
      { step: 2, values: { lr: Number.NaN } },
      { step: 3, values: { loss: Number.POSITIVE_INFINITY, lr: 0.3 } },
    ];
    expect(toColumns(rows, ["loss", "lr"])).toEqual({
      x: [1, 3],
      series: [
        [1, null],
        [0.1, 0.3],
      ],
    });
  });
});

describe("smoothing", () => {
  test("weight 0 changes nothing", () => {
    expect(smooth([3, null, 1], 0)).toEqual([3, null, 1]);
  });

  test("a constant stays that constant from the first point on", () => {
    for (const value of smooth([2, 2, null, 2, 2], 0.9)) if (value !== null) expect(value).toBeCloseTo(2, 12);
  });

  test("is the weighted mean of what was seen", () => {
    expect(smooth([1, 3], 0.5)[1]).toBeCloseTo((0.5 * 1 + 1 * 3) / 1.5, 12);
  });
});

describe("axis", () => {
  test("marks are round and inside the range", () => {
    expect(linearTicks(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(linearTicks(-0.31, 0.29, 3)).toEqual([-0.2, 0, 0.2]);
    expect(linearTicks(5, 5, 4)).toEqual([5]);
  });

  test("marks are few, ascending and inside, for any range", () => {
    const value = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(value, fc.double({ min: 1e-6, max: 1e6, noNaN: true }), (low, size) => {
        const high = low + size;
        fc.pre(high > low && size > Math.abs(low) * 1e-9);
        const ticks = linearTicks(low, high, 5);
        expect(ticks.length).toBeLessThanOrEqual(11);
        for (const [i, tick] of ticks.entries()) {
          expect(tick).toBeGreaterThanOrEqual(low - size * 1e-3);
          expect(tick).toBeLessThanOrEqual(high + size * 1e-3);
          if (i > 0) expect(tick).toBeGreaterThan(ticks[i - 1]!);
        }
      }),
    );
  });

  test("logarithmic marks are powers of ten, or 1-2-5 where there are too few", () => {
    expect(logTicks(0.0005, 20)).toEqual([0.001, 0.01, 0.1, 1, 10]);
    expect(logTicks(0.15, 0.9)).toEqual([0.2, 0.5]);
    expect(logTicks(0.75, 1.25)).toEqual([0.8, 0.9, 1, 1.1, 1.2]);
  });

  test("a flat line gets a range of its own", () => {
    const [low, high] = padded([0, 0]);
    expect(low).toBeLessThan(0);
    expect(high).toBeGreaterThan(0);
    expect(padded([1, 1], true)).toEqual([0.5, 2]);
  });

  test("numbers are short and never lose their size", () => {
    const cases: [number, string][] = [
      [0, "0"],
      [0.69324, "0.6932"],
      [0.0002, "2.0e-4"],
      [-1.5, "-1.5"],
      [100, "100"],
      [1234.5, "1234.5"],
      [45_600, "45.6k"],
      [7_000_000, "7M"],
    ];
    for (const [value, text] of cases) expect(shortNumber(value)).toBe(text);
  });
});

test("extent skips gaps and knows when there is nothing", () => {
  expect(
    extent([
      [null, 2],
      [-1, null],
    ]),
  ).toEqual([-1, 2]);
  expect(extent([[null]])).toBeNull();
  expect(positiveOnly([1, 0, -2, null])).toEqual([1, null, null, null]);
});

test("spread keeps the first and the last", () => {
  expect(spread(3, 10)).toEqual([0, 1, 2]);
  const few = spread(1000, 40);
  expect([few[0], few.at(-1), few.length, new Set(few).size]).toEqual([0, 999, 40, 40]);
});

test("CSV quotes what needs it and keeps full precision", () => {
  expect(toCsv([{ step: 1, values: { "a,b": 1 / 3 } }], ["a,b", "c"])).toBe('step,"a,b",c\n1,0.3333333333333333,\n');
});

describe("SVG", () => {
  const series = [{ name: "loss", label: "Loss <b>", meaning: "accent" as const, stroke: "dashed" as const }];
  const chart = (values: (number | null)[], logarithmic = false) =>
    chartSvg({
      title: "A & B",
      xLabel: "step",
      unit: "nats",
      series,
      columns: { x: values.map((_, i) => i + 1), series: [values] },
      logarithmic,
    });

  test("escapes every text", () => {
    expect(chart([1, 2])).toContain("A &amp; B");
    expect(chart([1, 2])).toContain("Loss &lt;b&gt;");
  });

  test("lifts the pen over a gap and never writes a number that is not one", () => {
    expect(
      chart([1, null, 2])
        .match(/ d="([^"]*)"/)?.[1]
        ?.match(/M/g),
    ).toHaveLength(2);
    for (const values of [[], [0], [0, 0], [null], [-1, 0, 1]]) {
      expect(chart(values)).not.toMatch(/NaN|Infinity/);
      expect(chart(values, true)).not.toMatch(/NaN|Infinity/);
    }
  });
});

describe("bins", () => {
  const edges = [-(2 ** 24), -32, 0, 32, 64, 2 ** 24];

  test("empty ends are left out, but not the sides of the mark", () => {
    expect(trimmed({ edges, counts: [0, 0, 0, 4, 0] })).toEqual({ edges: [32, 64], counts: [4] });
    expect(trimmed({ edges, counts: [0, 0, 0, 4, 0] }, 0)).toEqual({ edges: [-32, 0, 32, 64], counts: [0, 0, 4] });
    expect(trimmed({ edges, counts: [0, 0, 0, 0, 0] }).counts).toEqual([0]);
  });

  test("an end that stands for anything beyond is named as one, and not as a number", () => {
    expect([0, 1, 4].map((i) => binName({ edges }, i))).toEqual(["< -32", "-32 – 0", "≥ 64"]);
    expect(namedEdges({ edges }, 9).map(({ name }) => name)).toEqual(["-32", "0", "32", "64"]);
    expect(namedEdges({ edges: [0, 1, 2, 3, 4, 5, 6] }, 4).map(({ index }) => index)).toEqual([0, 2, 4, 6]);
  });
});
