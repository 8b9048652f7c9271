// The form of a new run beside its dry run: method, data, start, rewards, settings, and what they come to.
"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import type { FormEvent } from "react";
import { Button } from "../../../_components/ui/button.tsx";
import { Card } from "../../../_components/ui/card.tsx";
import { Notice } from "../../../_components/ui/notice.tsx";
import { Skeleton } from "../../../_components/ui/skeleton.tsx";
import { useErrorText } from "../../../_lib/error-text.ts";
import { useTRPC } from "../../../_lib/trpc.ts";
import { PageHeader } from "../../_components/page-header.tsx";
import { QueryView } from "../../_components/query-view.tsx";
import { isRewarded } from "../../_lib/methods.ts";
import { DataChoice } from "./data-choice.tsx";
import { DryRun } from "./dry-run.tsx";
import { MethodChoice } from "./method-choice.tsx";
import { RewardsEditor } from "./rewards-editor.tsx";
import { RunFields } from "./run-fields.tsx";
import { ShapeChoice } from "./shape-choice.tsx";
import { type RunOffer, useOffer } from "./use-offer.ts";
import { usePreview } from "./use-preview.ts";
import { useRunForm } from "./use-run-form.ts";

export function NewRun() {
  const t = useTranslations();
  return (
    <>
      <PageHeader
        back={{ href: "/admin/runs", label: t("admin.nav.runs") }}
        title={t("admin.runs.new")}
        description={t("training.form.text")}
      />
      <QueryView query={useOffer()} skeleton={<FormSkeleton />}>
        {(offer) => <RunFormView {...offer} />}
      </QueryView>
    </>
  );
}

function RunFormView({ offer, data, policies, rewardModels }: RunOffer) {
  const t = useTranslations("training");
  const errorText = useErrorText();
  const form = useRunForm(offer, data, rewardModels[0]?.id);
  const preview = usePreview(form.faulty ? null : form.plan);
  const create = useCreateRun();
  const { plan, method } = form;
  const stopped = preview.data?.advice.some(({ level }) => level === "stop") ?? true;
  const start = (event: FormEvent) => {
    event.preventDefault();
    if (plan && !form.faulty && !stopped && !create.isPending) create.mutate({ ...plan, seed: form.seedNumber });
  };
  return (
    <form onSubmit={start} noValidate className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_22rem]">
      <div className="min-w-0 space-y-4">
        <Card>
          <MethodChoice value={method} offer={offer} data={data} onChange={form.chooseMethod} />
        </Card>
        <Card title={t("section.data")}>
          <DataChoice form={form} data={data} />
        </Card>
        <Card title={t("section.start")}>
          <ShapeChoice form={form} policies={policies} rewardModels={rewardModels} />
        </Card>
        {isRewarded(method) && (
          <Card title={t("section.rewards")}>
            <RewardsEditor form={form} method={method} />
          </Card>
        )}
        <Card title={t("section.settings")}>
          <RunFields form={form} defaults={preview.data?.config} />
        </Card>
      </div>
      <div className="min-w-0 space-y-4 lg:sticky lg:top-4">
        <DryRun preview={preview} planned={plan !== null} onMethod={form.chooseMethod} />
        {create.error && (
          <Notice tone="danger" role="alert">
            {errorText(create.error)}
          </Notice>
        )}
        {form.faulty && (
          <p role="status" className="text-danger text-sm">
            {t("form.fixFirst")}
          </p>
        )}
        <Button
          type="submit"
          variant="primary"
          size="lg"
          className="w-full"
          busy={create.isPending}
          disabled={form.faulty || stopped || plan === null}
        >
          {t("form.start")}
        </Button>
      </div>
    </form>
  );
}

function useCreateRun() {
  const trpc = useTRPC();
  const router = useRouter();
  const queryClient = useQueryClient();
  return useMutation(
    trpc.run.create.mutationOptions({
      onSuccess: async (run) => {
        await Promise.all(
          [trpc.run.list.pathKey(), trpc.overview.pathKey(), trpc.dataset.list.pathKey()].map((queryKey) =>
            queryClient.invalidateQueries({ queryKey }),
          ),
        );
        router.push(`/admin/runs/${run.id}`);
      },
    }),
  );
}

function FormSkeleton() {
  return (
    <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_22rem]">
      <Skeleton className="h-[40rem]" />
      <Skeleton className="h-72" />
    </div>
  );
}
