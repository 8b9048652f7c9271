// One adapter: its hash, what it came from, what it measures, its files, and whether it speaks.
"use client";
import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useFormatter, useLocale, useTranslations } from "next-intl";
import { Button } from "../../../_components/ui/button.tsx";
import { Card } from "../../../_components/ui/card.tsx";
import { Notice } from "../../../_components/ui/notice.tsx";
import { Skeleton } from "../../../_components/ui/skeleton.tsx";
import { type Outputs, useTRPC } from "../../../_lib/trpc.ts";
import { ActivateButton } from "../../_components/activate-button.tsx";
import { Facts } from "../../_components/facts.tsx";
import { Hash } from "../../_components/hash.tsx";
import { Help } from "../../_components/help.tsx";
import { PageHeader } from "../../_components/page-header.tsx";
import { QueryView } from "../../_components/query-view.tsx";
import { LiveBadge } from "../../_components/release-name.tsx";
import { bytes, shortHash } from "../../_lib/format.ts";
import { AdapterStatusBadge } from "../adapters.tsx";
import { Figures } from "./figures.tsx";
import { Lineage } from "./lineage.tsx";

type AdapterDetails = Outputs["adapter"]["get"];

export function Adapter({ id }: { id: string }) {
  const t = useTranslations("admin");
  const trpc = useTRPC();
  const query = useQuery(trpc.adapter.get.queryOptions({ id }));
  return (
    <QueryView query={query} skeleton={<Skeleton className="h-80 w-full" />}>
      {(adapter) => (
        <>
          <PageHeader
            back={{ href: "/admin/adapters", label: t("nav.adapters") }}
            title={
              <>
                {t("adapters.one", { hash: shortHash(adapter.sha256) })}
                {adapter.live ? <LiveBadge /> : <AdapterStatusBadge status={adapter.status} />}
              </>
            }
            description={t("adapters.oneText")}
            actions={!adapter.live && <ActivateButton adapter={adapter} />}
          />
          <div className="grid items-start gap-4 lg:grid-cols-2">
            <Card title={t("adapters.identity")}>
              <Identity adapter={adapter} />
            </Card>
            <Card title={t("adapters.measured")} description={t("adapters.measuredText")}>
              <Figures metrics={adapter.metrics} />
            </Card>
            <Card title={t("adapters.lineage")} description={t("adapters.lineageText")}>
              <Lineage runId={adapter.runId} />
            </Card>
            <Card title={t("adapters.files")} description={t("adapters.filesText")}>
              <Files adapter={adapter} />
            </Card>
          </div>
        </>
      )}
    </QueryView>
  );
}

function Identity({ adapter }: { adapter: AdapterDetails }) {
  const t = useTranslations("admin.adapters");
  const format = useFormatter();
  const locale = useLocale();
  return (
    <Facts
      facts={[
        { name: "SHA-256", value: <Hash sha256={adapter.sha256} whole copy /> },
        { name: t("made"), value: format.dateTime(adapter.createdAt, { dateStyle: "medium", timeStyle: "short" }) },
        {
          name: t("shape"),
          value: (
            <span className="flex items-center gap-1">
              {t("rankAlpha", { rank: adapter.rank, alpha: adapter.alpha })}
              <Help about={t("shape")}>{t("shapeHelp")}</Help>
            </span>
          ),
        },
        { name: t("size"), value: bytes(adapter.bytes, locale) },
      ]}
    />
  );
}

function Files({ adapter }: { adapter: AdapterDetails }) {
  const t = useTranslations("admin.adapters");
  const locale = useLocale();
  if (adapter.files.length === 0) {
    return (
      <Notice tone="danger" role="alert">
        {t("filesGone")}
      </Notice>
    );
  }
  return (
    <ul className="space-y-2">
      {adapter.files.map((file) => (
        <li key={file.name} className="flex flex-wrap items-center justify-between gap-2 text-sm">
          <span className="min-w-0">
            <code className="break-all font-mono">{file.name}</code>
            <span className="block text-faint text-xs">
              {file.name.endsWith(".gguf") ? t("forLlamaCpp") : t("forPeft")} · {bytes(file.bytes, locale)}
            </span>
          </span>
          <Button asChild size="sm">
            <a href={`/api/adapters/${adapter.id}/${file.name}`} download>
              <Download aria-hidden />
              {t("download")}
              <span className="sr-only">{file.name}</span>
            </a>
          </Button>
        </li>
      ))}
    </ul>
  );
}
