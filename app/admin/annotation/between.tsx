// Agreement of every two raters as a table whose cells are the darker the more they agree.
"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Card } from "../../_components/ui/card.tsx";
import { Cell, HeaderCell, Table, TableBody, TableHead, TableRow } from "../../_components/ui/table.tsx";
import type { Outputs } from "../../_lib/trpc.ts";
import { Help } from "../_components/help.tsx";
import { useFigures } from "./_components/use-figures.ts";
import { matrixOf } from "./_lib/verdict.ts";

type Entries = Outputs["trust"]["agreement"]["between"];
type Rater = Entries[number]["a"];

const nameOf = ({ name, email }: Rater) => name || email;

export function Between({ between }: { between: Entries }) {
  const t = useTranslations("annotation.agreement");
  const { coefficient } = useFigures();
  const { people, of } = matrixOf(between);
  return (
    <Card
      title={
        <span className="flex items-center gap-1">
          {t("between")}
          <Help about={t("between")}>{t("betweenHelp")}</Help>
        </span>
      }
      description={t("betweenText")}
    >
      <Table label={t("between")} className="w-auto">
        <TableHead>
          <tr>
            <HeaderCell>{t("rater")}</HeaderCell>
            {people.map((person) => (
              <HeaderCell key={person.id} title={person.email} className="max-w-28 truncate text-center">
                {nameOf(person)}
              </HeaderCell>
            ))}
          </tr>
        </TableHead>
        <TableBody>
          {people.map((row) => (
            <TableRow key={row.id}>
              <th scope="row" className="max-w-44 truncate px-3 py-2 font-medium">
                <Link href={`/admin/raters/${row.id}`} title={row.email} className="underline-offset-2 hover:underline">
                  {nameOf(row)}
                </Link>
              </th>
              {people.map((column) => {
                const entry = of(row.id, column.id);
                if (row.id === column.id || !entry) return <Cell key={column.id} className="bg-sunken/60" />;
                const { kappa, tasks } = entry;
                const names = { a: nameOf(row), b: nameOf(column) };
                return (
                  <Cell
                    key={column.id}
                    title={
                      kappa ? t("cell", { ...names, kappa: coefficient(kappa.value), tasks }) : t("cellNone", names)
                    }
                    className="whitespace-nowrap text-center tabular-nums [print-color-adjust:exact]"
                    style={kappa ? { background: shade(kappa.value) } : undefined}
                  >
                    {kappa ? coefficient(kappa.value) : "–"} <span className="text-quiet text-xs">({tasks})</span>
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

/** At most so strong that the text on it keeps its contrast. */
const shade = (kappa: number) =>
  `color-mix(in oklab, var(--accent) ${Math.round(Math.max(0, kappa) * 28)}%, transparent)`;
