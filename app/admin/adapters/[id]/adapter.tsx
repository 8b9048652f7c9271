// One adapter: its hash, what it came from, what it measures, its files, and whether it speaks; a reward model scores here.
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
import { Calibration } from "../../_components/calibration.tsx";
import { Facts } from "../../_components/facts.tsx";
import { Figures } from "../../_components/figures.tsx";
import { Hash } from "../../_components/hash.tsx";
import { Help } from "../../_components/help.tsx";
import { PageHeader } from "../../_components/page-header.tsx";
import { QueryView } from "../../_components/query-view.tsx";
import { Served } from "../../_components/served.tsx";
import { bytes, shortHash } from "../../_lib/format.ts";
import { servedAs } from "../../_lib/served.ts";
import { AdapterState } from "../adapters.tsx";
import { Lineage } from "./lineage.tsx";
import { Score } from "./score.tsx";
import { Votes } from "./votes.tsx";

type AdapterDetails = Outputs["adapter"]["get"];

const NAMES = { lora: "one", reward: "oneReward", full: "oneModel", other: "one" } as const;

export function Adapter({ id }: { id: string }) {
  const t = useTranslations();
  const trpc = useTRPC();
  const query = useQuery(trpc.adapter.get.queryOptions({ id }));
  return (
    <QueryView query={query} skeleton={<Skeleton className="h-80 w-full" />}>
      {(adapter) => (
        <>
          <PageHeader
            back={{ href: "/admin/adapters", label: t("admin.nav.adapters") }}
            title={
              <>
                {t(`admin.adapters.${NAMES[servedAs(adapter)]}`, { hash: shortHash(adapter.sha256) })}
                <AdapterState adapter={adapter} />
              </>
            }
            description={t("admin.adapters.oneText")}
            actions={adapter.servable && !adapter.live && <ActivateButton adapter={adapter} />}
          />
          <div className="grid items-start gap-4 lg:grid-cols-2">
            <Card title={t("admin.adapters.identity")}>
              <Identity adapter={adapter} />
            </Card>
            <Card title={t("admin.adapters.measured")} description={t("admin.adapters.measuredText")}>
              <Figures metrics={adapter.metrics} />
            </Card>
            {adapter.kind === "REWARD" && (
              <>
                <Card
                  title={t("training.calibration.title")}
                  description={t("training.calibration.text")}
                  className="lg:col-span-2"
                >
                  <Calibration bins={adapter.reward?.calibration ?? []} />
                </Card>
                <div className="lg:col-span-2">
                  <Score adapterId={adapter.id} />
                </div>
              </>
            )}
            <Votes adapterId={adapter.id} />
            <Card title={t("admin.adapters.lineage")} description={t("admin.adapters.lineageText")}>
              <Lineage runId={adapter.runId} />
            </Card>
            <Card title={t("admin.adapters.files")} description={t("admin.adapters.filesText")}>
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
          name: t("kind"),
          value: [...(adapter.kind === "REWARD" ? [t("kindName.REWARD")] : []), t(`tuningName.${adapter.tuning}`)].join(
            " · ",
          ),
        },
        { name: t("shape"), value: <Shape adapter={adapter} /> },
        { name: t("size"), value: bytes(adapter.bytes, locale) },
        { name: t("use"), value: <Served made={adapter} /> },
      ]}
    />
  );
}

/** How wide it is, in the terms of its kind. */
function Shape({ adapter: { tuning, rank, alpha } }: { adapter: AdapterDetails }) {
  const t = useTranslations("admin.adapters");
  if (rank === null) return t("wholeModel");
  if (tuning === "BOTTLENECK") return t("widthOf", { rank });
  if (tuning !== "LORA") return t("virtualTokens", { rank });
  return (
    <span className="flex items-center gap-1">
      {t("rankAlpha", { rank, alpha: alpha ?? rank })}
      <Help about={t("shape")}>{t("shapeHelp")}</Help>
    </span>
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
              {t(fileUse(file.name))} · {bytes(file.bytes, locale)}
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

/** What a file is for, by its name. */
function fileUse(name: string): "forModel" | "forLlamaCpp" | "forSafetensors" | "forPeft" {
  if (name === "model.gguf") return "forModel";
  if (name.endsWith(".gguf")) return "forLlamaCpp";
  return name === "adapter.safetensors" ? "forSafetensors" : "forPeft";
}
