// The settings uPlot draws a small line chart with: axes, grid, lines, and the cursor all charts of a page share.
import type uPlot from "uplot";
import { linearTicks, logTicks, padded, shortNumber } from "./axis.ts";
import { type Columns, positiveOnly, smooth } from "./columns.ts";
import { DASHES, type Series } from "./series.ts";
import type { Colours } from "./use-colours.ts";

export interface PlotLook {
  series: readonly Series[];
  colours: Colours;
  logarithmic: boolean;
  /** Weight of the moving average; above 0 the raw values stay visible, faintly, behind the smoothed line. */
  smoothing: number;
  /** Charts with the same key show one cursor. */
  syncKey: string;
  height: number;
}

const PIXELS_PER_X_TICK = 70;
const PIXELS_PER_Y_TICK = 36;

/** x, then the lines in the order `plotOptions` names them. */
export function plotData(
  { x, series }: Columns,
  { logarithmic, smoothing }: Pick<PlotLook, "logarithmic" | "smoothing">,
): uPlot.AlignedData {
  const shown = logarithmic ? series.map(positiveOnly) : series;
  return [x, ...(smoothing > 0 ? shown : []), ...shown.map((values) => smooth(values, smoothing))];
}

export function plotOptions(look: PlotLook, onCursor: (index: number | null) => void): Omit<uPlot.Options, "width"> {
  const { series, colours, logarithmic, smoothing, syncKey, height } = look;
  const line = ({ label, meaning, stroke }: Series): uPlot.Series => ({
    label,
    stroke: colours.of[meaning],
    width: 1.75,
    dash: DASHES[stroke],
    spanGaps: false,
    points: { size: 5 },
  });
  const raw = (of: Series): uPlot.Series => ({ ...line(of), alpha: 0.3, width: 1, dash: [], points: { show: false } });
  const axis: uPlot.Axis = {
    stroke: colours.text,
    font: colours.font,
    grid: { stroke: colours.grid, width: 1 },
    ticks: { show: false },
    values: (_plot, ticks) => ticks.map((tick) => (tick === null ? "" : shortNumber(tick))),
  };
  return {
    height,
    padding: [10, 10, 0, 0],
    legend: { show: false },
    // The charts share the step, not the height: a level line would mean another value in each.
    cursor: { y: false, sync: { key: syncKey, setSeries: false }, drag: { x: true, y: false }, points: { size: 7 } },
    scales: {
      x: { time: false },
      y: {
        distr: logarithmic ? 3 : 1,
        range: (_plot, low, high) => {
          if (low === null || high === null) return logarithmic ? [0.1, 1] : [0, 1];
          return padded([low, high], logarithmic);
        },
      },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 28,
        splits: (plot, _axis, low, high) =>
          linearTicks(low, high, Math.max(2, plot.bbox.width / devicePixelRatio / PIXELS_PER_X_TICK)).filter(
            Number.isInteger,
          ),
      },
      {
        ...axis,
        size: 52,
        splits: (plot, _axis, low, high) =>
          logarithmic
            ? logTicks(low, high)
            : linearTicks(low, high, Math.max(2, plot.bbox.height / devicePixelRatio / PIXELS_PER_Y_TICK)),
        // uPlot thins out the labels of a logarithmic axis by itself unless told which to keep.
        filter: (_plot, splits) => splits,
      },
    ],
    series: [{}, ...(smoothing > 0 ? series.map(raw) : []), ...series.map(line)],
    hooks: { setCursor: [(plot) => onCursor(plot.cursor.idx ?? null)] },
  };
}
