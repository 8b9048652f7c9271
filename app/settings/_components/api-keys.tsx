// Keys for programs that speak to /v1: listed, made (the key is shown once), revoked.
"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { useFormatter, useNow, useTranslations } from "next-intl";
import { useState } from "react";
import { Badge } from "../../_components/ui/badge.tsx";
import { Button } from "../../_components/ui/button.tsx";
import { Card } from "../../_components/ui/card.tsx";
import { ConfirmDialog } from "../../_components/ui/confirm-dialog.tsx";
import { EmptyState } from "../../_components/ui/empty-state.tsx";
import { ErrorState } from "../../_components/ui/error-state.tsx";
import { RelativeTime } from "../../_components/ui/relative-time.tsx";
import { SkeletonText } from "../../_components/ui/skeleton.tsx";
import { toast } from "../../_components/ui/toast.tsx";
import { useErrorText } from "../../_lib/error-text.ts";
import { type Outputs, useTRPC } from "../../_lib/trpc.ts";
import { CreateApiKey } from "./create-api-key.tsx";

type ApiKey = Outputs["apiKey"]["list"][number];

export function ApiKeys() {
  const t = useTranslations("settings.keys");
  const trpc = useTRPC();
  const format = useFormatter();
  const now = useNow({ updateInterval: 60_000 });
  const day = (date: Date) => format.dateTime(date, { dateStyle: "medium" });
  const keys = useQuery(trpc.apiKey.list.queryOptions());
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  return (
    <Card title={t("title")} description={t("description")} actions={<CreateApiKey />}>
      {keys.isPending && <SkeletonText lines={3} />}
      {keys.isError && !keys.data && <ErrorState error={keys.error} onRetry={() => void keys.refetch()} />}
      {keys.data?.length === 0 && <EmptyState icon={KeyRound} title={t("none")} description={t("noneHint")} />}
      {keys.data && keys.data.length > 0 && (
        <ul className="divide-y">
          {keys.data.map((key) => (
            <li key={key.id} className="flex items-center gap-3 py-2.5">
              <div className="min-w-0 flex-1">
                <p className="truncate font-medium text-sm">{key.name}</p>
                <p className="flex flex-wrap gap-x-2 text-quiet text-xs">
                  <code className="font-mono">{key.prefix}…</code>
                  <span>
                    {t.rich("made", { time: () => <RelativeTime date={key.createdAt} /> })}
                    {" · "}
                    {key.lastUsedAt
                      ? t.rich("used", { time: () => <RelativeTime date={key.lastUsedAt!} /> })
                      : t("neverUsed")}
                    {!key.revokedAt && key.expiresAt && ` · ${t("until", { date: day(key.expiresAt) })}`}
                  </span>
                </p>
              </div>
              {!key.revokedAt && key.expiresAt && key.expiresAt <= now && <Badge tone="danger">{t("expired")}</Badge>}
              {key.revokedAt ? (
                <Badge>{t("revoked")}</Badge>
              ) : (
                <Button
                  size="sm"
                  variant="ghost"
                  aria-label={t("revokeName", { name: key.name })}
                  onClick={() => setRevoking(key)}
                >
                  {t("revoke")}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {revoking && <RevokeDialog apiKey={revoking} onClose={() => setRevoking(null)} />}
    </Card>
  );
}

function RevokeDialog({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const t = useTranslations("settings.keys");
  const trpc = useTRPC();
  const client = useQueryClient();
  const errorText = useErrorText();
  const revoke = useMutation(
    trpc.apiKey.revoke.mutationOptions({
      onError: (error) => toast(errorText(error)),
      onSuccess() {
        void client.invalidateQueries(trpc.apiKey.list.queryFilter());
        onClose();
      },
    }),
  );
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => !open && onClose()}
      danger
      title={t("revokeTitle", { name: apiKey.name })}
      description={t("revokeText")}
      action={t("revoke")}
      busy={revoke.isPending}
      onConfirm={() => revoke.mutate({ id: apiKey.id })}
    />
  );
}
