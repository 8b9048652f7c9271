// The settings of a run: what was chosen differently from the defaults first, everything on demand.
"use client";
import { useTranslations } from "next-intl";
import { Cell, HeaderCell, Table, TableBody, TableHead, TableRow } from "../../../_components/ui/table.tsx";
import { Facts } from "../../_components/facts.tsx";
import { useSettingText } from "../../_components/setting-text.ts";
import { differences, settingText } from "../../_lib/run-form.ts";
import type { RunDetails } from "./use-run.ts";

export function Configuration({ run }: { run: RunDetails }) {
  const t = useTranslations("admin.run");
  const words = useSettingText();
  const changed = differences(run.config, run.defaults);
  const name = (key: string) => (
    <>
      {words.label(key)} <code className="font-mono text-faint text-xs">{key}</code>
    </>
  );
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
                <Cell>{name(key)}</Cell>
                <Cell numeric className="break-all font-medium">
                  {value}
                </Cell>
                <Cell numeric className="break-all text-quiet">
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
            facts={Object.entries(run.config)
              .filter(([key]) => key !== "version")
              .map(([key, value]) => ({
                name: key,
                label: name(key),
                value: <span className="break-words">{settingText(value)}</span>,
              }))}
          />
        </div>
      </details>
    </div>
  );
}
