// The list of webhooks, with where the environment lets them go.
"use client";
import { useQuery } from "@tanstack/react-query";
import { Webhook as WebhookIcon } from "lucide-react";
import { useTranslations } from "next-intl";
import { EmptyState } from "../../_components/ui/empty-state.tsx";
import { Notice } from "../../_components/ui/notice.tsx";
import { type Outputs, useTRPC } from "../../_lib/trpc.ts";
import { PageHeader } from "../_components/page-header.tsx";
import { QueryView } from "../_components/query-view.tsx";
import { CreateWebhook } from "./create-webhook.tsx";
import { WebhookCard } from "./webhook-card.tsx";

export type Webhook = Outputs["webhook"]["list"]["webhooks"][number];

/** While something is on its way, soon enough to see it arrive. */
const SOON_MS = 2_000;

const isWaiting = ({ deliveries }: Webhook) =>
  deliveries.some(({ nextAt, error }) => nextAt !== null && error === null);

export function Webhooks() {
  const t = useTranslations("operations.webhooks");
  const trpc = useTRPC();
  const query = useQuery(
    trpc.webhook.list.queryOptions(undefined, {
      refetchInterval: ({ state }) => (state.data?.webhooks.some(isWaiting) ? SOON_MS : 30_000),
    }),
  );
  const allowed = query.data?.allowed ?? [];
  return (
    <>
      <PageHeader
        title={t("title")}
        description={t("text")}
        actions={allowed.length > 0 && <CreateWebhook allowed={allowed} />}
      />
      <QueryView query={query}>
        {({ webhooks }) => (
          <div className="space-y-6">
            {allowed.length === 0 && (
              <Notice>
                <p className="font-medium">{t("nowhere")}</p>
                <p className="text-quiet">{t("nowhereHint")}</p>
              </Notice>
            )}
            {webhooks.length === 0 && allowed.length > 0 && (
              <EmptyState
                icon={WebhookIcon}
                title={t("none")}
                description={`${t("noneHint")} ${t("allowed", { list: allowed.join(", ") })}`}
              />
            )}
            {webhooks.map((webhook) => (
              <WebhookCard key={webhook.id} webhook={webhook} />
            ))}
          </div>
        )}
      </QueryView>
    </>
  );
}
