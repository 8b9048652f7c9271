// One webhook: on or off, what it is told, a test, and what became of the last deliveries.
"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Badge } from "../../_components/ui/badge.tsx";
import { Button } from "../../_components/ui/button.tsx";
import { Card } from "../../_components/ui/card.tsx";
import { ConfirmDialog } from "../../_components/ui/confirm-dialog.tsx";
import { Notice } from "../../_components/ui/notice.tsx";
import { RelativeTime } from "../../_components/ui/relative-time.tsx";
import { Switch } from "../../_components/ui/switch.tsx";
import { toast } from "../../_components/ui/toast.tsx";
import { useErrorText } from "../../_lib/error-text.ts";
import { useTRPC } from "../../_lib/trpc.ts";
import { Person } from "../_components/person.tsx";
import { Deliveries } from "./deliveries.tsx";
import { ChangeKinds } from "./kind-choice.tsx";
import { useKindName } from "./kinds.ts";
import type { Webhook } from "./webhooks.tsx";

export function WebhookCard({ webhook }: { webhook: Webhook }) {
  const t = useTranslations("operations.webhooks");
  const kindName = useKindName();
  return (
    <Card
      title={<span className="break-all font-mono text-sm">{webhook.url}</span>}
      description={t.rich("madeBy", {
        person: () => <Person person={webhook.createdBy} />,
        time: () => <RelativeTime date={webhook.createdAt} />,
      })}
      actions={<Acts webhook={webhook} />}
    >
      {webhook.secretLost && (
        <Notice tone="warning" className="mb-4">
          {t("secretLost")}
        </Notice>
      )}
      <ul aria-label={t("kinds")} className="flex flex-wrap gap-1">
        {webhook.kinds.map((kind) => (
          <li key={kind}>
            <Badge>{kindName(kind)}</Badge>
          </li>
        ))}
      </ul>
      <h3 className="mt-5 mb-2 font-medium text-sm">{t("deliveries")}</h3>
      <Deliveries webhook={webhook} />
    </Card>
  );
}

function Acts({ webhook }: { webhook: Webhook }) {
  const { id, url, enabled } = webhook;
  const t = useTranslations("operations.webhooks");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const errorText = useErrorText();
  const [removing, setRemoving] = useState(false);
  const after = {
    onError: (error: unknown) => toast(errorText(error)),
    onSettled: () => queryClient.invalidateQueries(trpc.webhook.list.queryFilter()),
  };
  const test = useMutation(trpc.webhook.test.mutationOptions({ ...after, onSuccess: () => toast(t("testSent")) }));
  const update = useMutation(
    trpc.webhook.update.mutationOptions({
      ...after,
      onSuccess: (_, input) => toast(t(input.enabled ? "nowOn" : "nowOff")),
    }),
  );
  const remove = useMutation(trpc.webhook.delete.mutationOptions({ ...after, onSuccess: () => setRemoving(false) }));
  return (
    <>
      <Button
        size="sm"
        disabled={!enabled}
        busy={test.isPending}
        aria-label={t("testName", { url })}
        onClick={() => test.mutate({ id })}
      >
        {t("test")}
      </Button>
      <ChangeKinds webhook={webhook} />
      <Button size="sm" variant="ghost" aria-label={t("removeName", { url })} onClick={() => setRemoving(true)}>
        {t("remove")}
      </Button>
      <Switch
        checked={enabled}
        disabled={update.isPending}
        label={t("enabled", { url })}
        onCheckedChange={(next) => update.mutate({ id, enabled: next })}
      />
      <ConfirmDialog
        open={removing}
        onOpenChange={setRemoving}
        danger
        title={t("removeTitle")}
        description={t("removeText", { url })}
        action={t("remove")}
        busy={remove.isPending}
        onConfirm={() => remove.mutate({ id })}
      />
    </>
  );
}
