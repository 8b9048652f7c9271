// Every release there has been: who activated it, how long it spoke, why it ended, and what its gate had said.
"use client";
import Link from "next/link";
import { useFormatter, useLocale, useTranslations } from "next-intl";
import { Badge } from "../../_components/ui/badge.tsx";
import { Cell, HeaderCell, Table, TableBody, TableHead, TableRow } from "../../_components/ui/table.tsx";
import { useSentence } from "../../_lib/sentence.ts";
import type { Outputs } from "../../_lib/trpc.ts";
import { ActivateButton } from "../_components/activate-button.tsx";
import { Person } from "../_components/person.tsx";
import { LiveBadge, ReleaseName } from "../_components/release-name.tsx";
import { span } from "../_lib/format.ts";
import { useShareWords } from "./use-share-words.ts";

type Release = Outputs["deployment"]["list"][number];

export function ReleaseTable({ releases }: { releases: readonly Release[] }) {
  const t = useTranslations("traffic.deployments");
  const format = useFormatter();
  return (
    <section>
      <h2 className="mb-3 font-semibold text-base">{t("history")}</h2>
      <Table label={t("history")}>
        <TableHead>
          <tr>
            <HeaderCell>{t("release")}</HeaderCell>
            <HeaderCell>{t("activated")}</HeaderCell>
            <HeaderCell>{t("by")}</HeaderCell>
            <HeaderCell>{t("spokeFor")}</HeaderCell>
            <HeaderCell>{t("ending")}</HeaderCell>
            <HeaderCell>
              <span className="sr-only">{t("act")}</span>
            </HeaderCell>
          </tr>
        </TableHead>
        <TableBody>
          {releases.map((release) => (
            <TableRow key={release.id} className="h-12">
              <Cell className="font-medium">
                <Name release={release} />
              </Cell>
              <Cell className="whitespace-nowrap">
                {format.dateTime(release.activatedAt, { dateStyle: "medium", timeStyle: "short" })}
              </Cell>
              <Cell className="whitespace-nowrap">
                <Person person={release.activatedBy} />
              </Cell>
              <Cell className="whitespace-nowrap text-quiet">
                <SpokeFor release={release} />
              </Cell>
              <Cell className="min-w-52">
                <Ending release={release} />
              </Cell>
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
    </section>
  );
}

function Name({ release: { number, adapterId, adapterSha256 } }: { release: Release }) {
  const name = <ReleaseName number={number} adapterSha256={adapterSha256} />;
  if (!adapterId) return name;
  return (
    <Link href={`/admin/adapters/${adapterId}`} className="underline-offset-2 hover:underline">
      {name}
    </Link>
  );
}

function SpokeFor({ release: { active, isDefault, share, activatedAt, deactivatedAt } }: { release: Release }) {
  const t = useTranslations("traffic.deployments");
  const locale = useLocale();
  const percent = useShareWords();
  if (deactivatedAt) return span((deactivatedAt.getTime() - activatedAt.getTime()) / 1000, locale);
  if (!active) return null;
  return isDefault ? <LiveBadge /> : <Badge tone="candidate">{t("shareOf", { share: percent(share) })}</Badge>;
}

/** Why it ended, and what it went live on. */
function Ending({ release: { endReason, override, gateId } }: { release: Release }) {
  const t = useTranslations("traffic.deployments");
  const sentence = useSentence();
  return (
    <>
      {endReason && <span className="block">{sentence(endReason)}</span>}
      {override && <span className="block text-quiet text-xs">{t("overridden", { reason: override })}</span>}
      {gateId && (
        <Link href={`/admin/gates/${gateId}`} className="text-quiet text-xs underline underline-offset-2">
          {t("gateReport")}
        </Link>
      )}
    </>
  );
}
