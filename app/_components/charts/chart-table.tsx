// The numbers behind a chart as a table, for screen readers, keyboards and exact reading; thinned out when there are many.
"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Cell, HeaderCell, Table, TableBody, TableHead, TableRow } from "../ui/table.tsx";
import { shortNumber } from "./axis.ts";
import { type Columns, spread } from "./columns.ts";
import type { Series } from "./series.ts";

const MOST_ROWS = 40;

type ChartTableProps = { title: string; xLabel: string; series: readonly Series[]; columns: Columns };

export function ChartTable({ title, xLabel, series, columns }: ChartTableProps) {
  const t = useTranslations("admin.charts");
  const [open, setOpen] = useState(false);
  return (
    <details className="mt-1 text-sm print:hidden" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="w-fit cursor-pointer rounded-sm text-faint text-xs hover:text-ink">{t("numbers")}</summary>
      {open && (
        <div className="mt-2 max-h-72 overflow-y-auto">
          {columns.x.length > MOST_ROWS && (
            <p className="mb-1 text-faint text-xs">{t("thinned", { shown: MOST_ROWS, all: columns.x.length })}</p>
          )}
          <Table label={title}>
            <TableHead>
              <tr>
                <HeaderCell numeric>{xLabel}</HeaderCell>
                {series.map(({ name, label }) => (
                  <HeaderCell key={name} numeric>
                    {label}
                  </HeaderCell>
                ))}
              </tr>
            </TableHead>
            <TableBody>
              {spread(columns.x.length, MOST_ROWS).map((row) => (
                <TableRow key={columns.x[row]}>
                  <Cell numeric>{columns.x[row]}</Cell>
                  {series.map(({ name }, i) => {
                    const value = columns.series[i]?.[row] ?? null;
                    return (
                      <Cell key={name} numeric>
                        {value === null ? "–" : shortNumber(value)}
                      </Cell>
                    );
                  })}
                </TableRow>
              ))}
            </TableBody>
          </Table>
        </div>
      )}
    </details>
  );
}
