// A chart's numbers as comma-separated values, for a spreadsheet.
import type { MetricRow } from "./columns.ts";

/** One line per step, one column per metric, full precision; a metric a step lacks is an empty field. Ends with a newline. */
export function toCsv(rows: readonly MetricRow[], names: readonly string[]): string {
  const lines = rows.map(({ step, values }) => [step, ...names.map((name) => values[name] ?? "")].join(","));
  return `${[["step", ...names].map(quoted).join(","), ...lines].join("\n")}\n`;
}

function quoted(field: string): string {
  return /[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
