// The release that speaks, the way back, and the history of releases.
"use client";
import { useQuery } from "@tanstack/react-query";
import { Rocket } from "lucide-react";
import Link from "next/link";
import { useFormatter, useLocale, useTranslations } from "next-intl";
import { Card } from "../../_components/ui/card.tsx";
import { EmptyState } from "../../_components/ui/empty-state.tsx";
import { RelativeTime } from "../../_components/ui/relative-time.tsx";
import { Cell, HeaderCell, Table, TableBody, TableHead, TableRow } from "../../_components/ui/table.tsx";
import { type Outputs, useTRPC } from "../../_lib/trpc.ts";
import { ActivateButton } from "../_components/activate-button.tsx";
import { PageHeader } from "../_components/page-header.tsx";
import { Person } from "../_components/person.tsx";
import { QueryView } from "../_components/query-view.tsx";
import { LiveBadge, ReleaseName } from "../_components/release-name.tsx";
import { span } from "../_lib/format.ts";
import { RollbackButton } from "./rollback-button.tsx";

/** Another admin, or another tab, may move the live release. */
const REFRESH_MS = 5_000;

type Release = Outputs["deployment"]["list"][number];

/** What a rollback goes back to: the latest earlier release of this base model that spoke with something else. */
function rollbackTarget(releases: readonly Release[], live: Release): Release | undefined {
  return releases
    .filter(
      ({ number, base, adapterId }) => number < live.number && base.id === live.base.id && adapterId !== live.adapterId,
    )
    .sort((a, b) => b.number - a.number)[0];
}

export function Deployments() {
  const t = useTranslations("admin");
  const trpc = useTRPC();
  const query = useQuery(trpc.deployment.list.queryOptions(undefined, { refetchInterval: REFRESH_MS }));
  const releases = query.data ?? [];
  const live = releases.find((release) => release.active);
  const target = live && rollbackTarget(releases, live);
  return (
    <>
      <PageHeader
        title={t("nav.deployments")}
        description={t("deployments.text")}
        actions={
          <>
            {live?.adapterId && <ActivateButton adapter={null} variant="ghost" />}
            {live && target && <RollbackButton live={live} target={target} />}
          </>
        }
      />
      <QueryView query={query}>
        {(all) =>
          all.length === 0 ? (
            <EmptyState icon={Rocket} title={t("deployments.empty")} description={t("deployments.emptyText")} />
          ) : (
            <div className="space-y-6">
              {live && <LiveCard live={live} />}
              <ReleaseTable releases={all} />
            </div>
          )
        }
      </QueryView>
    </>
  );
}

function LiveCard({ live }: { live: Release }) {
  const t = useTranslations("admin.deployments");
  return (
    <Card aria-label={t("liveNow")}>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <LiveBadge />
        <span className="font-semibold text-xl">
          <ReleaseName number={live.number} adapterSha256={live.adapterSha256} />
        </span>
        <span className="text-quiet text-sm">
          {t.rich("since", {
            base: live.base.name,
            time: () => <RelativeTime date={live.activatedAt} />,
            person: () => <Person person={live.activatedBy} />,
          })}
        </span>
      </div>
    </Card>
  );
}

function ReleaseTable({ releases }: { releases: readonly Release[] }) {
  const t = useTranslations("admin");
  const format = useFormatter();
  const locale = useLocale();
  const lived = ({ activatedAt, deactivatedAt }: Release) =>
    deactivatedAt ? span((deactivatedAt.getTime() - activatedAt.getTime()) / 1000, locale) : null;
  return (
    <Table label={t("deployments.history")}>
      <TableHead>
        <tr>
          <HeaderCell>{t("deployments.release")}</HeaderCell>
          <HeaderCell>{t("deployments.activated")}</HeaderCell>
          <HeaderCell>{t("deployments.by")}</HeaderCell>
          <HeaderCell>{t("deployments.spokeFor")}</HeaderCell>
          <HeaderCell>
            <span className="sr-only">{t("deployments.act")}</span>
          </HeaderCell>
        </tr>
      </TableHead>
      <TableBody>
        {releases.map((release) => (
          <TableRow key={release.id} className="h-12">
            <Cell className="font-medium">
              {release.adapterId ? (
                <Link href={`/admin/adapters/${release.adapterId}`} className="underline-offset-2 hover:underline">
                  <ReleaseName number={release.number} adapterSha256={release.adapterSha256} />
                </Link>
              ) : (
                <ReleaseName number={release.number} adapterSha256={null} />
              )}
            </Cell>
            <Cell className="whitespace-nowrap">
              {format.dateTime(release.activatedAt, { dateStyle: "medium", timeStyle: "short" })}
            </Cell>
            <Cell className="whitespace-nowrap">
              <Person person={release.activatedBy} />
            </Cell>
            <Cell className="whitespace-nowrap text-quiet">{release.active ? <LiveBadge /> : lived(release)}</Cell>
            <Cell className="text-right">
              {!release.active && release.adapterId && release.adapterSha256 && (
                <ActivateButton
                  size="sm"
                  variant="ghost"
                  adapter={{ id: release.adapterId, sha256: release.adapterSha256 }}
                />
              )}
            </Cell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}
