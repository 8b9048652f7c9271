// One adapter: its hash, its gate, what people wrote on it, what it came from, its files, and whether it speaks; a reward model scores here.
"use client";
import { useQuery } from "@tanstack/react-query";
import { GitCompareArrows } from "lucide-react";
import Link from "next/link";
import { useFormatter, useLocale, useTranslations } from "next-intl";
import { Button } from "../../../_components/ui/button.tsx";
import { Card } from "../../../_components/ui/card.tsx";
import { Notice } from "../../../_components/ui/notice.tsx";
import { RelativeTime } from "../../../_components/ui/relative-time.tsx";
import { Skeleton } from "../../../_components/ui/skeleton.tsx";
import { type Outputs, useTRPC } from "../../../_lib/trpc.ts";
import { ActivateButton } from "../../_components/activate-button.tsx";
import { Calibration } from "../../_components/calibration.tsx";
import { Facts } from "../../_components/facts.tsx";
import { Figures } from "../../_components/figures.tsx";
import { GateCard } from "../../_components/gate-card.tsx";
import { Hash } from "../../_components/hash.tsx";
import { Help } from "../../_components/help.tsx";
import { PageHeader } from "../../_components/page-header.tsx";
import { QueryView } from "../../_components/query-view.tsx";
import { Served } from "../../_components/served.tsx";
import { bytes, shortHash } from "../../_lib/format.ts";
import { servedAs } from "../../_lib/served.ts";
import { AdapterState } from "../adapter-state.tsx";
import { canActivate } from "../adapter-table.tsx";
import { Files } from "./files.tsx";
import { Labels } from "./labels.tsx";
import { Lineage } from "./lineage.tsx";
import { ModelCard } from "./model-card.tsx";
import { RetireButton } from "./retire-button.tsx";
import { Score } from "./score.tsx";
import { Source } from "./source.tsx";
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
                {adapter.name ?? t(`admin.adapters.${NAMES[servedAs(adapter)]}`, { hash: shortHash(adapter.sha256) })}
                {adapter.name && <Hash sha256={adapter.sha256} />}
                <AdapterState adapter={adapter} />
              </>
            }
            description={t("admin.adapters.oneText")}
            actions={<Acts adapter={adapter} />}
          />
          {adapter.retiredAt && <Retired at={adapter.retiredAt} />}
          <div className="grid items-start gap-4 lg:grid-cols-2">
            <div className="space-y-4">
              <Card title={t("admin.adapters.identity")}>
                <Identity adapter={adapter} />
              </Card>
              {adapter.servable && <GateCard adapterId={adapter.id} />}
            </div>
            <div className="space-y-4">
              <Labels adapter={adapter} />
              {/* What no run here made was measured by its gate alone. */}
              {(adapter.runId !== null || Object.keys(adapter.metrics).length > 0) && (
                <Card title={t("admin.adapters.measured")} description={t("admin.adapters.measuredText")}>
                  <Figures metrics={adapter.metrics} />
                </Card>
              )}
            </div>
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
            {adapter.runId === null && adapter.source ? (
              <Source source={adapter.source} importedBy={adapter.importedBy} />
            ) : (
              <Card title={t("admin.adapters.lineage")} description={t("admin.adapters.lineageText")}>
                <Lineage runId={adapter.runId} />
              </Card>
            )}
            <Card title={t("admin.adapters.files")} description={t("admin.adapters.filesText")}>
              <Files adapter={adapter} />
            </Card>
          </div>
        </>
      )}
    </QueryView>
  );
}

function Acts({ adapter }: { adapter: AdapterDetails }) {
  const t = useTranslations("registry.compare");
  return (
    <>
      <ModelCard adapterId={adapter.id} />
      <Button asChild>
        <Link href={`/admin/adapters/compare?a=${adapter.id}`}>
          <GitCompareArrows aria-hidden />
          {t("open")}
        </Link>
      </Button>
      <RetireButton adapter={adapter} />
      {canActivate(adapter) && <ActivateButton adapter={adapter} />}
    </>
  );
}

function Retired({ at }: { at: Date }) {
  const t = useTranslations("registry.retire");
  return (
    <Notice role="status" className="mb-4">
      {t.rich("notice", { when: () => <RelativeTime date={at} /> })}
    </Notice>
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
