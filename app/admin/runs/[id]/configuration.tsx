// The settings of a run: what was chosen differently from the defaults first, everything on demand.
"use client";
import { useTranslations } from "next-intl";
import { resolveRunConfig } from "../../../../server/domain/run-config.ts";
import { Cell, HeaderCell, Table, TableBody, TableHead, TableRow } from "../../../_components/ui/table.tsx";
import { Facts } from "../../_components/facts.tsx";
import { differences, settingText } from "../../_lib/run-form.ts";
import type { RunDetails } from "./use-run.ts";

export function Configuration({ run }: { run: RunDetails }) {
  const t = useTranslations("admin.run");
  const scale = { parameters: run.lineage.base.parameters, examples: run.pairs };
  const changed = differences(run.config, { ...resolveRunConfig(run.method, {}, scale) });
  return (
    <div className="space-y-4">
      {changed.length === 0 ? (
        <p className="text-sm">{t("allDefaults")}</p>
      ) : (
        <Table label={t("configuration")}>
          <TableHead>
            <tr>
              <HeaderCell>{t("setting")}</HeaderCell>
              <HeaderCell numeric>{t("value")}</HeaderCell>
              <HeaderCell numeric>{t("default")}</HeaderCell>
            </tr>
          </TableHead>
          <TableBody>
            {changed.map(({ key, value, usual }) => (
              <TableRow key={key}>
                <Cell className="font-mono text-xs">{key}</Cell>
                <Cell numeric className="font-medium">
                  {value}
                </Cell>
                <Cell numeric className="text-quiet">
                  {usual}
                </Cell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      )}
      <details>
        <summary className="w-fit cursor-pointer rounded-sm text-quiet text-sm hover:text-ink">
          {t("allSettings")}
        </summary>
        <div className="mt-2">
          <Facts
            facts={Object.entries(run.config).map(([name, value]) => ({
              name,
              label: <code className="font-mono text-xs">{name}</code>,
              value: settingText(value),
            }))}
          />
        </div>
      </details>
    </div>
  );
}
