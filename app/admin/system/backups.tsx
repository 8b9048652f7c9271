// Which backups were made, and the two commands.
"use client";
import { useLocale, useTranslations } from "next-intl";
import { Badge } from "../../_components/ui/badge.tsx";
import { Card } from "../../_components/ui/card.tsx";
import { CopyButton } from "../../_components/ui/copy-button.tsx";
import { Notice } from "../../_components/ui/notice.tsx";
import { RelativeTime } from "../../_components/ui/relative-time.tsx";
import { Cell, HeaderCell, Table, TableBody, TableHead, TableRow } from "../../_components/ui/table.tsx";
import { bytes } from "../_lib/format.ts";
import type { SystemState } from "./system.tsx";

const COMMANDS = ["npm run backup", "npm run restore -- FILE --verify", "npm run restore -- FILE"] as const;

export function Backups({ backups }: { backups: SystemState["backups"] }) {
  const t = useTranslations("operations.system");
  const locale = useLocale();
  return (
    <Card title={t("backups")} description={t("backupsText")}>
      {backups.length === 0 ? (
        <Notice tone="warning" className="mb-3">
          {t("noBackup")}
        </Notice>
      ) : (
        <Table label={t("backups")} className="mb-4">
          <TableHead>
            <tr>
              <HeaderCell>{t("asOf")}</HeaderCell>
              <HeaderCell>{t("file")}</HeaderCell>
              <HeaderCell numeric>{t("size")}</HeaderCell>
              <HeaderCell numeric>{t("holds")}</HeaderCell>
            </tr>
          </TableHead>
          <TableBody>
            {backups.map(({ at, file, bytes: size, sha256, rows, files, missing, present }) => (
              <TableRow key={`${at} ${file}`}>
                <Cell>
                  <RelativeTime date={at} />
                </Cell>
                <Cell>
                  <span className="break-all font-mono text-xs" title={`sha256 ${sha256}`}>
                    {file}
                  </span>{" "}
                  {!present && <Badge>{t("moved")}</Badge>}
                  {missing > 0 && <Badge tone="danger">{t("incomplete", { count: missing })}</Badge>}
                </Cell>
                <Cell numeric>{bytes(size, locale)}</Cell>
                <Cell numeric>{t("holdsValue", { rows, files })}</Cell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      )}
      <ul className="space-y-1">
        {COMMANDS.map((command) => (
          <li key={command} className="flex items-center gap-2">
            <code className="rounded-md bg-sunken px-2 py-1 font-mono text-xs">{command}</code>
            <CopyButton text={command} />
          </li>
        ))}
      </ul>
    </Card>
  );
}
