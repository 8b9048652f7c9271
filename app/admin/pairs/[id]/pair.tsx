// One pair: its replies, the Datasets that hold it, and the path from its judgements to the weights.
"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { shortNumber } from "../../../_components/charts/axis.ts";
import { Button } from "../../../_components/ui/button.tsx";
import { Card } from "../../../_components/ui/card.tsx";
import { RelativeTime } from "../../../_components/ui/relative-time.tsx";
import { Cell, HeaderCell, Table, TableBody, TableHead, TableRow } from "../../../_components/ui/table.tsx";
import { type Outputs, useTRPC } from "../../../_lib/trpc.ts";
import { Hash } from "../../_components/hash.tsx";
import { PageHeader } from "../../_components/page-header.tsx";
import { PairCard, PairSkeleton } from "../../_components/pair-card.tsx";
import { QueryView } from "../../_components/query-view.tsx";
import { JudgementPath, LineageSkeleton } from "../../lineage/judgement-lineage.tsx";
import { ReasonDialog } from "../selection-bar.tsx";
import { useQuarantine } from "../use-quarantine.ts";
import { AskButton } from "./ask-button.tsx";

type PairDetails = Outputs["pair"]["get"];

export function PairPage({ id }: { id: string }) {
  const t = useTranslations();
  const trpc = useTRPC();
  const pair = useQuery(trpc.pair.get.queryOptions({ id }));
  const lineage = useQuery(trpc.lineage.pair.queryOptions({ id }));
  return (
    <QueryView query={pair} skeleton={<PairSkeleton />}>
      {(details) => (
        <>
          <PageHeader
            back={{ href: "/admin/pairs", label: t("admin.nav.pairs") }}
            title={t("data.lineage.ofPair")}
            description={t("data.lineage.ofPairText")}
            actions={
              <>
                <AskButton messageId={details.chosen.messageId} />
                <QuarantineButton pair={details} />
              </>
            }
          />
          <div className="space-y-4">
            <PairCard pair={details} />
            <QueryView query={lineage} skeleton={<LineageSkeleton />}>
              {(path) => <JudgementPath lineage={path} />}
            </QueryView>
            <InDatasets pair={details} />
          </div>
        </>
      )}
    </QueryView>
  );
}

function QuarantineButton({ pair }: { pair: PairDetails }) {
  const t = useTranslations("data.pair");
  const [asking, setAsking] = useState(false);
  const { put, isPending } = useQuarantine(() => setAsking(false));
  if (pair.status === "RETRACTED") return null;
  if (pair.status === "QUARANTINED") {
    return (
      <Button busy={isPending} onClick={() => put({ ids: [pair.id], quarantined: false, reason: t("takenBack") })}>
        {t("takeBack", { count: 1 })}
      </Button>
    );
  }
  return (
    <>
      <Button onClick={() => setAsking(true)}>{t("putAside", { count: 1 })}</Button>
      <ReasonDialog
        open={asking}
        onOpenChange={setAsking}
        count={1}
        busy={isPending}
        onReason={(reason) => put({ ids: [pair.id], quarantined: true, reason })}
      />
    </>
  );
}

/** With what weight and doubt each Dataset froze it. */
function InDatasets({ pair: { datasets } }: { pair: PairDetails }) {
  const t = useTranslations("data");
  const words = useTranslations("admin");
  return (
    <Card title={t("pair.inDatasets")}>
      {datasets.length === 0 ? (
        <p className="text-quiet text-sm">{t("pair.inNone")}</p>
      ) : (
        <Table label={t("pair.inDatasets")}>
          <TableHead>
            <tr>
              <HeaderCell>{words("datasets.dataset")}</HeaderCell>
              <HeaderCell>{words("datasets.frozen")}</HeaderCell>
              <HeaderCell>{t("lineage.split")}</HeaderCell>
              <HeaderCell numeric>{t("lineage.weight")}</HeaderCell>
              <HeaderCell numeric>{t("lineage.epsilon")}</HeaderCell>
            </tr>
          </TableHead>
          <TableBody>
            {datasets.map(({ id, sha256, frozenAt, split, weight, epsilon }) => (
              <TableRow key={id}>
                <Cell>
                  <Link href={`/admin/datasets/${id}`} className="underline underline-offset-2">
                    <Hash sha256={sha256} />
                  </Link>
                </Cell>
                <Cell className="whitespace-nowrap">
                  <RelativeTime date={frozenAt} />
                </Cell>
                <Cell className="whitespace-nowrap">{words(`pairs.split.${split}`)}</Cell>
                <Cell numeric>{shortNumber(weight)}</Cell>
                <Cell numeric>{epsilon === null ? "–" : shortNumber(epsilon)}</Cell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      )}
    </Card>
  );
}
