// Whether everything lives, what it runs on, and when it was last backed up.
"use client";
import { useQuery } from "@tanstack/react-query";
import { useFormatter, useLocale, useTranslations } from "next-intl";
import { Card } from "../../_components/ui/card.tsx";
import { Notice } from "../../_components/ui/notice.tsx";
import { Progress } from "../../_components/ui/progress.tsx";
import { type Outputs, useTRPC } from "../../_lib/trpc.ts";
import { Facts } from "../_components/facts.tsx";
import { PageHeader } from "../_components/page-header.tsx";
import { QueryView } from "../_components/query-view.tsx";
import { bytes } from "../_lib/format.ts";
import { Backups } from "./backups.tsx";
import { Processes } from "./processes.tsx";

export type SystemState = Outputs["system"]["get"];

/** As often as processes give a sign of life. */
const REFRESH_MS = 5_000;

export function System() {
  const t = useTranslations("admin.nav");
  const words = useTranslations("operations.system");
  const trpc = useTRPC();
  const query = useQuery(trpc.system.get.queryOptions(undefined, { refetchInterval: REFRESH_MS }));
  return (
    <>
      <PageHeader title={t("system")} description={words("text")} />
      <QueryView query={query}>
        {(system) => (
          <div className="space-y-4">
            {system.database.pendingMigrations.length > 0 && (
              <Notice tone="danger">{words("pending", { names: system.database.pendingMigrations.join(", ") })}</Notice>
            )}
            <Processes processes={system.processes} />
            <Backups backups={system.backups} />
            <div className="grid gap-4 lg:grid-cols-2">
              <Disk system={system} />
              <Database database={system.database} />
            </div>
            <Machine system={system} />
          </div>
        )}
      </QueryView>
    </>
  );
}

function Disk({ system: { disk, folders, home } }: { system: SystemState }) {
  const t = useTranslations("operations.system");
  const locale = useLocale();
  const format = useFormatter();
  const used = disk.totalBytes - disk.freeBytes;
  const free = t("free", { free: bytes(disk.freeBytes, locale), total: bytes(disk.totalBytes, locale) });
  return (
    <Card title={t("disk")} description={<span className="break-all font-mono text-xs">{home}</span>}>
      <Progress label={t("disk")} value={used} max={disk.totalBytes} />
      <p className="mt-1.5 mb-3 text-quiet text-sm tabular-nums">
        {free} ({format.number(disk.freeBytes / disk.totalBytes, { style: "percent", maximumFractionDigits: 0 })})
      </p>
      <Facts
        facts={folders.map(({ name, bytes: size, files }) => ({
          name,
          value: `${bytes(size, locale)} · ${t("files", { count: files })}`,
        }))}
      />
    </Card>
  );
}

function Database({ database }: { database: SystemState["database"] }) {
  const t = useTranslations("operations.system");
  const locale = useLocale();
  const { version, embedded, migrations, lastMigration, largestTables } = database;
  return (
    <Card title={t("database")} description={`PostgreSQL ${version}, ${t(embedded ? "embedded" : "ownServer")}`}>
      <Facts
        facts={[
          { name: "size", label: t("size"), value: bytes(database.bytes, locale) },
          {
            name: "migrations",
            label: t("migrations"),
            value: t("migrationsUpTo", { count: migrations, last: lastMigration ?? "–" }),
          },
          ...largestTables.map(({ name, bytes: size, rows }) => ({
            name,
            value: [bytes(size, locale), rows > 0 && t("rows", { count: rows })].filter(Boolean).join(" · "),
          })),
        ]}
      />
    </Card>
  );
}

function Machine({ system }: { system: SystemState }) {
  const t = useTranslations("operations.system");
  const locale = useLocale();
  const { hone, node, platform, cores, memoryBytes, memoryFreeBytes } = system;
  return (
    <Card title={t("machine")}>
      <Facts
        facts={[
          { name: "hone", label: "Hone", value: hone },
          { name: "node", label: "Node", value: node },
          { name: "platform", label: t("platform"), value: t("platformValue", { platform, cores }) },
          {
            name: "memory",
            label: t("memory"),
            value: t("free", { free: bytes(memoryFreeBytes, locale), total: bytes(memoryBytes, locale) }),
          },
        ]}
      />
    </Card>
  );
}
