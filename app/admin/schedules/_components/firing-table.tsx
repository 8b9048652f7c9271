// What schedules have done: when and why they fired, how far each got, and what came of it.
"use client";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { Ban, Check, CircleX, Clock, History, LoaderCircle, SkipForward } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Badge, type BadgeTone } from "../../../_components/ui/badge.tsx";
import { Button } from "../../../_components/ui/button.tsx";
import { EmptyState } from "../../../_components/ui/empty-state.tsx";
import { RelativeTime } from "../../../_components/ui/relative-time.tsx";
import { Cell, HeaderCell, Table, TableBody, TableHead, TableRow } from "../../../_components/ui/table.tsx";
import { toast } from "../../../_components/ui/toast.tsx";
import { useErrorText } from "../../../_lib/error-text.ts";
import { type Outputs, useTRPC } from "../../../_lib/trpc.ts";
import { LoadMore } from "../../_components/load-more.tsx";
import { QueryView } from "../../_components/query-view.tsx";
import { useReason } from "../../_lib/use-reason.ts";
import { PipelineRow } from "./pipeline-row.tsx";

export type Firing = Outputs["schedule"]["history"]["items"][number];

const LOOK = {
  WAITING: { icon: Clock, tone: "neutral" },
  RUNNING: { icon: LoaderCircle, tone: "chosen" },
  SUCCEEDED: { icon: Check, tone: "neutral" },
  FAILED: { icon: CircleX, tone: "danger" },
  CANCELLED: { icon: Ban, tone: "neutral" },
  SKIPPED: { icon: SkipForward, tone: "rejected" },
} as const satisfies Record<Firing["status"], { icon: typeof Check; tone: BadgeTone }>;

export function FiringBadge({ status }: { status: Firing["status"] }) {
  const t = useTranslations("schedule.status");
  const { icon: Icon, tone } = LOOK[status];
  return (
    <Badge tone={tone}>
      <Icon aria-hidden className={status === "RUNNING" ? "animate-spin" : undefined} />
      {t(status)}
    </Badge>
  );
}

const REFRESH_MS = { moving: 3_000, still: 10_000 };
const isOpen = ({ status }: Firing) => status === "WAITING" || status === "RUNNING";

/** Of one schedule, or of all where no id is given. */
export function FiringHistory({ id }: { id?: string }) {
  const t = useTranslations("schedule.firing");
  const trpc = useTRPC();
  const query = useInfiniteQuery(
    trpc.schedule.history.infiniteQueryOptions(
      { id },
      {
        getNextPageParam: (page) => page.nextCursor,
        refetchInterval: ({ state }) =>
          state.data?.pages.some(({ items }) => items.some(isOpen)) ? REFRESH_MS.moving : REFRESH_MS.still,
      },
    ),
  );
  return (
    <QueryView query={query}>
      {({ pages }) => {
        const firings = pages.flatMap(({ items }) => items);
        if (firings.length === 0) return <EmptyState icon={History} title={t("empty")} description={t("emptyText")} />;
        return (
          <>
            <FiringTable firings={firings} named={id === undefined} />
            <LoadMore query={query} end={t("end")} />
          </>
        );
      }}
    </QueryView>
  );
}

function FiringTable({ firings, named }: { firings: readonly Firing[]; named: boolean }) {
  const t = useTranslations("schedule.firing");
  const views = useTranslations("schedule.views");
  const trigger = useTranslations("schedule.trigger");
  const reason = useReason();
  return (
    <Table label={views("history")}>
      <TableHead>
        <tr>
          <HeaderCell>{t("time")}</HeaderCell>
          {named && <HeaderCell>{t("schedule")}</HeaderCell>}
          <HeaderCell>{t("state")}</HeaderCell>
          <HeaderCell>{t("stages")}</HeaderCell>
          <HeaderCell>{t("note")}</HeaderCell>
        </tr>
      </TableHead>
      <TableBody>
        {firings.map((firing) => (
          <TableRow key={firing.id}>
            <Cell className="whitespace-nowrap">
              <RelativeTime date={firing.firedAt} />
              <span className="block text-faint text-xs">{trigger(firing.trigger)}</span>
            </Cell>
            {named && (
              <Cell>
                <Link href={`/admin/schedules/${firing.scheduleId}`} className="underline underline-offset-2">
                  {firing.scheduleName}
                </Link>
              </Cell>
            )}
            <Cell>
              <span className="flex items-center gap-2">
                <FiringBadge status={firing.status} />
                {isOpen(firing) && <CancelFiring id={firing.id} />}
              </span>
            </Cell>
            <Cell>
              {firing.status === "SKIPPED" ? (
                <span className="text-quiet">–</span>
              ) : (
                <PipelineRow stages={firing.stages} />
              )}
            </Cell>
            <Cell className="min-w-56 text-quiet">
              {firing.reason && <p className="text-pretty">{reason(firing.reason)}</p>}
              {firing.gate && (
                <Link href={`/admin/gates/${firing.gate.id}`} className="text-ink underline underline-offset-2">
                  {t("gate")}
                </Link>
              )}
            </Cell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}

function CancelFiring({ id }: { id: string }) {
  const t = useTranslations("schedule.firing");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const errorText = useErrorText();
  const cancel = useMutation(
    trpc.schedule.cancelFiring.mutationOptions({
      onSuccess: async () => {
        toast(t("cancelled"));
        await queryClient.invalidateQueries({ queryKey: trpc.schedule.pathKey() });
      },
      onError: (error) => toast(errorText(error)),
    }),
  );
  return (
    <Button size="sm" variant="ghost" busy={cancel.isPending} onClick={() => cancel.mutate({ id })}>
      {t("cancel")}
    </Button>
  );
}
