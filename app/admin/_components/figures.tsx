// What an adapter measured, as a sentence and as a table beside the release that was live then and the base model.
"use client";
import { useFormatter, useTranslations } from "next-intl";
import { shortNumber } from "../../_components/charts/axis.ts";
import { Cell, HeaderCell, Table, TableBody, TableHead, TableRow } from "../../_components/ui/table.tsx";
import { type FigureRow, type Measured, measured, shorterBy } from "../_lib/figures.ts";
import { Help } from "./help.tsx";

export function Figures({ metrics }: { metrics: Readonly<Record<string, number>> }) {
  const t = useTranslations("admin.figures");
  const all = measured(metrics);
  if (all.rows.length === 0 && all.others.length === 0) return <p className="text-quiet text-sm">{t("none")}</p>;
  const anyLive = all.rows.some(({ live }) => live !== null);
  const anyBase = all.rows.some(({ base }) => base !== null);
  return (
    <div className="space-y-3">
      <Summary all={all} />
      <Table label={t("table")}>
        <TableHead>
          <tr>
            <HeaderCell>{t("figure")}</HeaderCell>
            <HeaderCell numeric>{t("adapter")}</HeaderCell>
            {anyLive && <HeaderCell numeric>{t("live")}</HeaderCell>}
            {anyBase && <HeaderCell numeric>{t("base")}</HeaderCell>}
          </tr>
        </TableHead>
        <TableBody>
          {all.rows.map((row) => (
            <TableRow key={row.key}>
              <Cell>
                <span className="flex items-center gap-1">
                  {t(`name.${row.key}`)}
                  <Help about={t(`name.${row.key}`)}>{t(`help.${row.key}`)}</Help>
                </span>
              </Cell>
              <Cell numeric className="font-medium">
                <Value row={row} value={row.adapter} />
              </Cell>
              {anyLive && (
                <Cell numeric>
                  <Value row={row} value={row.live} />
                </Cell>
              )}
              {anyBase && (
                <Cell numeric>
                  <Value row={row} value={row.base} />
                </Cell>
              )}
            </TableRow>
          ))}
          {all.others.map(([name, value]) => (
            <TableRow key={name}>
              <Cell className="font-mono text-xs">{name}</Cell>
              <Cell numeric>{shortNumber(value)}</Cell>
              {anyLive && <Cell />}
              {anyBase && <Cell />}
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </div>
  );
}

function Value({ row, value }: { row: FigureRow; value: number | null }) {
  const format = useFormatter();
  if (value === null) return <span className="text-quiet">–</span>;
  return row.kind === "share"
    ? format.number(value, { style: "percent", maximumFractionDigits: 0 })
    : shortNumber(value);
}

/** A difference in length, as a share, that would not be written as 0 %. */
const NOTICEABLE = 0.005;

/** On how much it was measured, and what stands out. */
function Summary({ all }: { all: Measured }) {
  const t = useTranslations("admin.figures");
  const format = useFormatter();
  const percent = (share: number) => format.number(share, { style: "percent", maximumFractionDigits: 0 });
  const accuracy = all.rows.find(({ key }) => key === "accuracy");
  const shorter = shorterBy(all);
  return (
    <p className="text-sm">
      {all.pairs !== null && accuracy
        ? t("accuracySentence", { share: percent(accuracy.adapter), pairs: all.pairs })
        : all.heldOut === null
          ? t("noPairs")
          : t("heldOutSentence", { count: all.heldOut })}{" "}
      {shorter !== null &&
        Math.abs(shorter) >= NOTICEABLE &&
        all.prompts !== null &&
        t(shorter >= 0 ? "shorterSentence" : "longerSentence", {
          share: percent(Math.abs(shorter)),
          prompts: all.prompts,
        })}
    </p>
  );
}
