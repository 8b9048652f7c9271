// The page of one comparison, and the acts that take it off the queue or put it back.
"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { Button } from "../../../_components/ui/button.tsx";
import { Card } from "../../../_components/ui/card.tsx";
import { toast, toastWithUndo } from "../../../_components/ui/toast.tsx";
import { useErrorText } from "../../../_lib/error-text.ts";
import { type Outputs, useTRPC } from "../../../_lib/trpc.ts";
import { PageHeader } from "../../_components/page-header.tsx";
import { Prompt } from "../../_components/prompt.tsx";
import { QueryView } from "../../_components/query-view.tsx";
import { GoldBadge, StatusBadge } from "../_components/status-badge.tsx";
import { Why } from "../_components/why.tsx";
import { GoldEditor } from "./gold-editor.tsx";
import { History } from "./history.tsx";
import { Judgements } from "./judgements.tsx";

export type ComparisonView = Outputs["comparison"]["get"];

/** Puts what a change of a comparison answered in place of what was there, and lets lists be asked anew. */
export function useComparisonCache() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  return async (changed: ComparisonView) => {
    queryClient.setQueryData(trpc.comparison.get.queryKey({ id: changed.id }), changed);
    await Promise.all([
      queryClient.invalidateQueries({ queryKey: trpc.comparison.list.pathKey() }),
      queryClient.invalidateQueries({ queryKey: trpc.comparison.queue.queryKey() }),
    ]);
  };
}

export function Comparison({ id }: { id: string }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.comparison.get.queryOptions({ id }));
  return <QueryView query={query}>{(comparison) => <Whole comparison={comparison} />}</QueryView>;
}

function Whole({ comparison }: { comparison: ComparisonView }) {
  const t = useTranslations("annotation");
  return (
    <>
      <PageHeader
        back={{ href: "/admin/annotation", label: t("one.back") }}
        title={
          <>
            {t("one.title")}
            <StatusBadge status={comparison.status} />
            {comparison.gold && <GoldBadge />}
          </>
        }
        description={t("one.progress", { given: comparison.rankings, wanted: comparison.wanted })}
        actions={<OnQueue comparison={comparison} />}
      />
      <div className="space-y-4">
        <div className="grid gap-4 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
          <Card title={t("one.asked")}>
            <Prompt turns={comparison.turns} />
          </Card>
          <Card title={t("one.whyHere")} className="text-sm">
            <Why comparison={comparison} />
          </Card>
        </div>
        <Judgements comparison={comparison} />
        <div className="grid items-start gap-4 lg:grid-cols-2">
          {comparison.reason !== "CHAT" && <GoldEditor key={String(comparison.gold)} comparison={comparison} />}
          <History comparison={comparison} />
        </div>
      </div>
    </>
  );
}

function OnQueue({ comparison: { id, status, reason } }: { comparison: ComparisonView }) {
  const t = useTranslations("annotation.one");
  const common = useTranslations("common");
  const trpc = useTRPC();
  const store = useComparisonCache();
  const errorText = useErrorText();
  const onError = (error: unknown) => void toast(errorText(error));
  const close = useMutation(trpc.comparison.close.mutationOptions({ onError, onSuccess: store }));
  const reopen = useMutation(trpc.comparison.reopen.mutationOptions({ onError, onSuccess: store }));
  if (reason === "CHAT") return null;
  if (status === "CLOSED")
    return (
      <Button
        busy={reopen.isPending}
        onClick={() => reopen.mutate({ id }, { onSuccess: () => void toast(t("reopened")) })}
      >
        {t("reopen")}
      </Button>
    );
  const takeOff = () =>
    close.mutate(
      { id },
      {
        onSuccess: () => toastWithUndo(t("closed"), { label: common("undo"), onClick: () => reopen.mutate({ id }) }),
      },
    );
  return status === "DONE" ? null : (
    <Button busy={close.isPending} onClick={takeOff}>
      {t("close")}
    </Button>
  );
}
