// Where the viewer is signed in; each place can be signed out, and all others at once.
"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { SessionList, type SessionRow, useDeviceName } from "../../_components/session-list.tsx";
import { Button } from "../../_components/ui/button.tsx";
import { Card } from "../../_components/ui/card.tsx";
import { ErrorState } from "../../_components/ui/error-state.tsx";
import { SkeletonText } from "../../_components/ui/skeleton.tsx";
import { toast } from "../../_components/ui/toast.tsx";
import { useErrorText } from "../../_lib/error-text.ts";
import { useTRPC } from "../../_lib/trpc.ts";

export function Sessions() {
  const t = useTranslations("operations.sessions");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const errorText = useErrorText();
  const sessions = useQuery(trpc.session.list.queryOptions());
  const endOthers = useMutation(
    trpc.session.endOthers.mutationOptions({
      onSuccess: ({ ended }) => toast(t("ended", { count: ended })),
      onError: (error) => toast(errorText(error)),
      onSettled: () => queryClient.invalidateQueries(trpc.session.list.queryFilter()),
    }),
  );
  const others = sessions.data?.filter(({ current }) => !current).length ?? 0;
  return (
    <Card
      title={t("title")}
      description={t("description")}
      actions={
        others > 0 && (
          <Button size="sm" busy={endOthers.isPending} onClick={() => endOthers.mutate()}>
            {t("endOthers")}
          </Button>
        )
      }
    >
      {sessions.isPending && <SkeletonText lines={3} />}
      {sessions.isError && !sessions.data && (
        <ErrorState error={sessions.error} onRetry={() => void sessions.refetch()} />
      )}
      {sessions.data && (
        <SessionList sessions={sessions.data} act={(session) => !session.current && <EndSession session={session} />} />
      )}
    </Card>
  );
}

function EndSession({ session }: { session: SessionRow }) {
  const t = useTranslations("operations.sessions");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const errorText = useErrorText();
  const nameOf = useDeviceName();
  const end = useMutation(
    trpc.session.end.mutationOptions({
      onSuccess: () => toast(t("ended", { count: 1 })),
      onError: (error) => toast(errorText(error)),
      onSettled: () => queryClient.invalidateQueries(trpc.session.list.queryFilter()),
    }),
  );
  return (
    <Button
      size="sm"
      variant="ghost"
      busy={end.isPending}
      aria-label={t("endName", { name: nameOf(session) })}
      onClick={() => end.mutate({ id: session.id })}
    >
      {t("end")}
    </Button>
  );
}
