// One import: how far it is and how long it takes, the lines that cannot be used by number, and what to do about them.
"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Database } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useFormatter, useLocale, useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { Button } from "../../../_components/ui/button.tsx";
import { Card } from "../../../_components/ui/card.tsx";
import { ConfirmDialog } from "../../../_components/ui/confirm-dialog.tsx";
import { Notice } from "../../../_components/ui/notice.tsx";
import { Progress } from "../../../_components/ui/progress.tsx";
import { Skeleton } from "../../../_components/ui/skeleton.tsx";
import { toast } from "../../../_components/ui/toast.tsx";
import { useErrorText } from "../../../_lib/error-text.ts";
import { type Outputs, useTRPC } from "../../../_lib/trpc.ts";
import { Facts } from "../../_components/facts.tsx";
import { Hash } from "../../_components/hash.tsx";
import { PageHeader } from "../../_components/page-header.tsx";
import { QueryView } from "../../_components/query-view.tsx";
import { bytes, capital, span } from "../../_lib/format.ts";
import { ImportStateBadge } from "../import-state.tsx";
import { BadLines } from "./bad-lines.tsx";
import { GoOnSending } from "./go-on-sending.tsx";

export type Import = Outputs["import"]["get"];

const POLL_MS = 1_000;

const underWay = ({ state }: Import) => state === "RECEIVING" || state === "FREEZING";

export function ImportPage({ id }: { id: string }) {
  const t = useTranslations();
  const trpc = useTRPC();
  const query = useQuery(
    trpc.import.get.queryOptions(
      { id },
      { refetchInterval: ({ state }) => (!state.data || underWay(state.data) ? POLL_MS : false) },
    ),
  );
  const done = query.data?.state === "DONE";
  const queryClient = useQueryClient();
  useEffect(() => {
    if (done) void queryClient.invalidateQueries({ queryKey: trpc.dataset.list.queryKey() });
  }, [done, queryClient, trpc]);
  return (
    <QueryView query={query} skeleton={<Skeleton className="h-64 w-full" />}>
      {(one) => (
        <>
          <PageHeader
            back={{ href: "/admin/imports", label: t("data.import.listTitle") }}
            title={
              <>
                {one.name}
                <ImportStateBadge state={one.state} />
              </>
            }
            actions={
              <>
                {one.state === "DONE" && one.datasetId && (
                  <Button asChild variant="primary">
                    <Link href={`/admin/datasets/${one.datasetId}`}>
                      <Database aria-hidden />
                      {t("data.import.seeDataset")}
                    </Link>
                  </Button>
                )}
                {one.state !== "DONE" && <CancelButton one={one} />}
              </>
            }
          />
          <div className="space-y-4">
            <State one={one} />
            {one.bad > 0 && <BadLines one={one} />}
            <Card>
              <ImportFacts one={one} />
            </Card>
          </div>
        </>
      )}
    </QueryView>
  );
}

function State({ one }: { one: Import }) {
  const t = useTranslations("data.import");
  const format = useFormatter();
  const locale = useLocale();
  if (one.state === "DONE") return <Notice role="status">{t("done", { count: one.good, bad: one.bad })}</Notice>;
  if (one.state === "FAILED") {
    return (
      <Notice tone="danger" role="alert">
        {one.bad > 0 ? t("failedBad", { count: one.bad }) : <span lang="en">{one.error}</span>}
      </Notice>
    );
  }
  if (one.received < one.bytes) return <GoOnSending one={one} />;
  const reading = one.state === "RECEIVING";
  const label = reading
    ? t("reading", {
        lines: format.number(one.lines),
        share: format.number(one.bytesRead / one.bytes, { style: "percent", maximumFractionDigits: 0 }),
      })
    : t("freezing");
  return (
    <Card>
      <div role="status" className="space-y-2 text-sm">
        <Progress label={label} value={reading ? one.bytesRead : null} max={one.bytes} />
        <p className="flex flex-wrap justify-between gap-x-4 text-quiet tabular-nums">
          <span>{label}</span>
          {one.etaSeconds !== null && <span>{t("left", { span: span(one.etaSeconds, locale) })}</span>}
        </p>
        <p className="text-faint text-xs">{t("mayClose")}</p>
      </div>
    </Card>
  );
}

function ImportFacts({ one }: { one: Import }) {
  const t = useTranslations("data.import");
  const formats = useTranslations("data.format");
  const words = useTranslations("training.kind");
  const format = useFormatter();
  const locale = useLocale();
  return (
    <Facts
      facts={[
        { name: t("format"), value: formats(one.format) },
        { name: t("kind"), value: capital(words(one.kind)) },
        { name: t("size"), value: bytes(one.bytes, locale) },
        { name: t("hash"), value: <Hash sha256={one.sha256} whole copy /> },
        { name: t("lines"), value: format.number(one.lines) },
        { name: t("good"), value: format.number(one.good) },
        { name: t("bad"), value: format.number(one.bad) },
        { name: t("begun"), value: format.dateTime(one.createdAt, { dateStyle: "medium", timeStyle: "short" }) },
      ]}
    />
  );
}

/** What was read is thrown away and has to be sent again, so it asks. */
function CancelButton({ one }: { one: Import }) {
  const t = useTranslations("data.import");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const router = useRouter();
  const errorText = useErrorText();
  const [open, setOpen] = useState(false);
  const cancel = useMutation(
    trpc.import.cancel.mutationOptions({
      onSuccess: async () => {
        toast(t("cancelled", { name: one.name }));
        router.push("/admin/imports");
        await queryClient.invalidateQueries({ queryKey: trpc.import.list.pathKey() });
      },
      onError: (error) => toast(errorText(error)),
      onSettled: () => setOpen(false),
    }),
  );
  return (
    <>
      <Button variant="danger" onClick={() => setOpen(true)}>
        {t("cancel")}
      </Button>
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        title={t("cancelTitle", { name: one.name })}
        description={t("cancelText")}
        action={t("cancel")}
        danger
        busy={cancel.isPending}
        onConfirm={() => cancel.mutate({ id: one.id })}
      />
    </>
  );
}
