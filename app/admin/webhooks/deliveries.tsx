// What became of the last deliveries of a webhook; what was given up can be sent again.
"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useFormatter, useNow, useTranslations } from "next-intl";
import { Badge } from "../../_components/ui/badge.tsx";
import { Button } from "../../_components/ui/button.tsx";
import { RelativeTime } from "../../_components/ui/relative-time.tsx";
import { Cell, HeaderCell, Table, TableBody, TableHead, TableRow } from "../../_components/ui/table.tsx";
import { toast } from "../../_components/ui/toast.tsx";
import { useErrorText } from "../../_lib/error-text.ts";
import { useTRPC } from "../../_lib/trpc.ts";
import { useKindName } from "./kinds.ts";
import type { Webhook } from "./webhooks.tsx";

type Delivery = Webhook["deliveries"][number];

export function Deliveries({ webhook: { url, deliveries } }: { webhook: Webhook }) {
  const t = useTranslations("operations.webhooks");
  const kindName = useKindName();
  if (deliveries.length === 0) return <p className="text-quiet text-sm">{t("noDeliveries")}</p>;
  return (
    <div className="max-h-72 overflow-y-auto">
      <Table label={t("deliveriesTo", { url })}>
        <TableHead>
          <tr>
            <HeaderCell>{t("when")}</HeaderCell>
            <HeaderCell>{t("what")}</HeaderCell>
            <HeaderCell>{t("outcome")}</HeaderCell>
            <HeaderCell numeric>{t("attempts")}</HeaderCell>
            <HeaderCell>
              <span className="sr-only">{t("retry")}</span>
            </HeaderCell>
          </tr>
        </TableHead>
        <TableBody>
          {deliveries.map((delivery) => (
            <TableRow key={delivery.id}>
              <Cell className="whitespace-nowrap">
                <RelativeTime date={delivery.at} />
              </Cell>
              <Cell className="whitespace-nowrap">{kindName(delivery.kind)}</Cell>
              <Cell>
                <Outcome delivery={delivery} />
              </Cell>
              <Cell numeric>{delivery.attempts}</Cell>
              <Cell className="text-right">
                {delivery.deliveredAt === null && delivery.nextAt === null && <Retry id={delivery.id} />}
              </Cell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </div>
  );
}

/** A word for how it stands, and the reason where it did not arrive. */
function Outcome({ delivery: { deliveredAt, nextAt, error, httpStatus } }: { delivery: Delivery }) {
  const t = useTranslations("operations.webhooks");
  const format = useFormatter();
  const now = useNow({ updateInterval: 5_000 });
  if (deliveredAt) return <Badge tone="chosen">{t("arrived")}</Badge>;
  if (error === null) return <Badge>{t("waiting")}</Badge>;
  return (
    <span className="flex flex-wrap items-center gap-x-2">
      {nextAt ? (
        <Badge tone="rejected">{t("retryAt", { when: format.relativeTime(nextAt < now ? now : nextAt, now) })}</Badge>
      ) : (
        <Badge tone="danger">{t("givenUp")}</Badge>
      )}
      <span className="text-quiet text-xs">{t(`error.${error}`, { status: httpStatus ?? "–" })}</span>
    </span>
  );
}

function Retry({ id }: { id: string }) {
  const t = useTranslations("operations.webhooks");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const errorText = useErrorText();
  const retry = useMutation(
    trpc.webhook.retry.mutationOptions({
      onError: (error) => toast(errorText(error)),
      onSettled: () => queryClient.invalidateQueries(trpc.webhook.list.queryFilter()),
    }),
  );
  return (
    <Button size="sm" variant="ghost" busy={retry.isPending} onClick={() => retry.mutate({ id })}>
      {t("retry")}
    </Button>
  );
}
