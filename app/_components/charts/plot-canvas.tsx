// Holds one uPlot on the page: made when its look changes, fed when its data does, as wide as its box.
"use client";
import { useEffect, useRef } from "react";
import UPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Columns } from "./columns.ts";
import { type PlotLook, plotData, plotOptions } from "./plot.ts";

type PlotCanvasProps = {
  /** Keep it the same object while nothing changed: a new one makes the chart anew. */
  look: PlotLook;
  columns: Columns;
  /** Called with the index of the row under the cursor, null when the cursor has left. */
  onCursor: (index: number | null) => void;
};

export function PlotCanvas({ look, columns, onCursor }: PlotCanvasProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot | null>(null);
  const latest = useRef({ columns, onCursor });
  latest.current = { columns, onCursor };

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const width = () => Math.max(120, Math.floor(element.clientWidth));
    const options = plotOptions(look, (index) => latest.current.onCursor(index));
    const made = new UPlot({ ...options, width: width() }, plotData(latest.current.columns, look), element);
    plot.current = made;
    const resize = new ResizeObserver(() => {
      if (made.width !== width()) made.setSize({ width: width(), height: look.height });
    });
    resize.observe(element);
    return () => {
      resize.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [look]);

  useEffect(() => {
    plot.current?.setData(plotData(columns, look));
  }, [columns, look]);

  return <div ref={box} className="w-full overflow-hidden" style={{ minHeight: look.height }} />;
}
