// The form of a new run beside its dry run: what would be trained on, for how long, and how to do it by hand.
"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { Button } from "../../../_components/ui/button.tsx";
import { Card } from "../../../_components/ui/card.tsx";
import { Notice } from "../../../_components/ui/notice.tsx";
import { useErrorText } from "../../../_lib/error-text.ts";
import { useTRPC } from "../../../_lib/trpc.ts";
import { PageHeader } from "../../_components/page-header.tsx";
import type { Method } from "../../_lib/metrics.ts";
import { type FieldKey, parseForm, parseSeed } from "../../_lib/run-form.ts";
import { DryRun } from "./dry-run.tsx";
import { MethodChoice } from "./method-choice.tsx";
import { RunFields } from "./run-fields.tsx";
import { usePreview } from "./use-preview.ts";

export function NewRun() {
  const t = useTranslations("admin");
  const trpc = useTRPC();
  const router = useRouter();
  const queryClient = useQueryClient();
  const errorText = useErrorText();
  const [method, setMethod] = useState<Method>("DPO");
  const [typed, setTyped] = useState<Partial<Record<FieldKey, string>>>({});
  const [seedText, setSeedText] = useState("");
  const { config, faults } = parseForm(method, typed);
  const seed = parseSeed(seedText);
  const preview = usePreview(method, config);
  const create = useMutation(
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
  const faulty = Object.keys(faults).length > 0 || seed === null;
  const nothing = preview.data?.usable === 0;
  const start = (event: FormEvent) => {
    event.preventDefault();
    if (!faulty && !nothing && !create.isPending) create.mutate({ method, config, seed: seed ?? undefined });
  };
  return (
    <>
      <PageHeader
        back={{ href: "/admin/runs", label: t("nav.runs") }}
        title={t("runs.new")}
        description={t("newRun.text")}
      />
      <form onSubmit={start} noValidate className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <Card>
          <MethodChoice value={method} onChange={setMethod} />
          <RunFields
            method={method}
            typed={typed}
            faults={faults}
            defaults={preview.data?.config}
            onType={(key, text) => setTyped((before) => ({ ...before, [key]: text }))}
            seed={{ text: seedText, faulty: seed === null, onType: setSeedText }}
          />
        </Card>
        <div className="space-y-4 lg:sticky lg:top-4">
          <DryRun preview={preview} method={method} />
          {create.error && (
            <Notice tone="danger" role="alert">
              {errorText(create.error)}
            </Notice>
          )}
          {faulty && (
            <p role="status" className="text-danger text-sm">
              {t("newRun.fixFirst")}
            </p>
          )}
          <Button
            type="submit"
            variant="primary"
            size="lg"
            className="w-full"
            busy={create.isPending}
            disabled={faulty || nothing || !preview.data}
          >
            {t("newRun.start")}
          </Button>
        </div>
      </form>
    </>
  );
}
