// Who beats whom: wins of each adapter against each other, the darker the larger the share.
"use client";
import { useFormatter, useTranslations } from "next-intl";
import { Card } from "../../_components/ui/card.tsx";
import { Cell, HeaderCell, Table, TableBody, TableHead, TableRow } from "../../_components/ui/table.tsx";
import { useFigures } from "./_components/use-figures.ts";
import { type StrengthsView, useStrengthName } from "./strengths.tsx";

export function WinMatrix({ strengths: { adapters, wins } }: { strengths: StrengthsView }) {
  const t = useTranslations("annotation.strengths");
  const format = useFormatter();
  const { percent } = useFigures();
  const nameOf = useStrengthName();
  const key = (adapter: StrengthsView["adapters"][number]) => adapter.adapterId ?? "base";
  return (
    <Card title={t("matrix")} description={t("matrixText")}>
      <Table label={t("matrix")} className="w-auto">
        <TableHead>
          <tr>
            <HeaderCell>{t("adapter")}</HeaderCell>
            {adapters.map((column) => (
              <HeaderCell key={key(column)} className="text-center">
                {nameOf(column)}
              </HeaderCell>
            ))}
          </tr>
        </TableHead>
        <TableBody>
          {adapters.map((row, i) => (
            <TableRow key={key(row)}>
              <th scope="row" className="whitespace-nowrap px-3 py-2 font-medium tabular-nums">
                {nameOf(row)}
              </th>
              {adapters.map((column, j) => {
                const won = wins[i]?.[j] ?? 0;
                const all = won + (wins[j]?.[i] ?? 0);
                if (i === j || all === 0) return <Cell key={key(column)} className="bg-sunken/60" />;
                return (
                  <Cell
                    key={key(column)}
                    title={t("matrixCell", { a: nameOf(row), b: nameOf(column), wins: won, all })}
                    className="whitespace-nowrap text-center tabular-nums [print-color-adjust:exact]"
                    style={{
                      background: `color-mix(in oklab, var(--accent) ${Math.round((won / all) * 28)}%, transparent)`,
                    }}
                  >
                    {percent(won / all)} <span className="text-quiet text-xs">({format.number(all)})</span>
                  </Cell>
                );
              })}
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </Card>
  );
}
