// Erasing a person: what it would take away is shown first, and their email must be typed before it can be done.
"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { Button } from "../../../../_components/ui/button.tsx";
import { Card } from "../../../../_components/ui/card.tsx";
import { Field } from "../../../../_components/ui/field.tsx";
import { Input } from "../../../../_components/ui/input.tsx";
import { Notice } from "../../../../_components/ui/notice.tsx";
import { Skeleton } from "../../../../_components/ui/skeleton.tsx";
import { toast } from "../../../../_components/ui/toast.tsx";
import { useErrorText } from "../../../../_lib/error-text.ts";
import { type Outputs, useTRPC } from "../../../../_lib/trpc.ts";
import { PageHeader } from "../../../_components/page-header.tsx";
import { QueryView } from "../../../_components/query-view.tsx";
import { RemovedFacts, TouchedAdapters, TouchedDatasets } from "../../../erasures/report.tsx";

type Preview = Outputs["erasure"]["preview"];

export function ErasePerson({ userId }: { userId: string }) {
  const t = useTranslations();
  const trpc = useTRPC();
  const query = useQuery(trpc.erasure.preview.queryOptions({ userId }, { staleTime: 0 }));
  return (
    <QueryView query={query} skeleton={<Skeleton className="h-96 w-full" />}>
      {(preview) => (
        <>
          <PageHeader
            back={{ href: "/admin/people", label: t("admin.nav.people") }}
            title={t("data.erasure.eraseTitle", { name: preview.person.name || preview.person.email })}
            description={t("data.erasure.eraseText")}
          />
          <PreviewCards preview={preview} />
          <Confirm preview={preview} />
        </>
      )}
    </QueryView>
  );
}

function PreviewCards({ preview: { removed, datasets, adapters, runs } }: { preview: Preview }) {
  const t = useTranslations("data.erasure");
  const methods = useTranslations("training.method");
  return (
    <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-2">
      <Card title={t("wouldRemove")}>
        <RemovedFacts removed={removed} />
      </Card>
      <div className="space-y-4">
        <Card title={t("wouldAdapters")}>
          <TouchedAdapters adapters={adapters} label={t("wouldAdapters")} />
          {adapters.some(({ live }) => live) && (
            <Notice tone="warning" className="mt-3">
              {t("liveWarning")}
            </Notice>
          )}
        </Card>
        <Card title={t("wouldDatasets")}>
          <TouchedDatasets datasets={datasets} label={t("wouldDatasets")} />
        </Card>
        {runs.length > 0 && (
          <Card title={t("runs")}>
            <ul className="space-y-1 text-sm">
              {runs.map(({ id, method }) => (
                <li key={id}>
                  <Link href={`/admin/runs/${id}`} className="underline underline-offset-2">
                    {methods(method)}
                  </Link>
                </li>
              ))}
            </ul>
          </Card>
        )}
      </div>
    </div>
  );
}

const same = (a: string, b: string) => a.trim().toLowerCase() === b.trim().toLowerCase();

function Confirm({ preview: { person, refusal } }: { preview: Preview }) {
  const t = useTranslations("data.erasure");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const router = useRouter();
  const errorText = useErrorText();
  const [typed, setTyped] = useState("");
  const [tried, setTried] = useState(false);
  const erase = useMutation(
    trpc.erasure.run.mutationOptions({
      onSuccess: ({ id }) => {
        toast(t("done"));
        router.push(`/admin/erasures/${id}`);
        // Nearly everything may have changed; the preview alone has nobody left to ask about.
        queryClient.removeQueries({ queryKey: trpc.erasure.preview.pathKey() });
        void queryClient.invalidateQueries();
      },
    }),
  );
  if (refusal) {
    return (
      <Notice tone="danger" className="mt-4">
        {t("lastAdmin")}
      </Notice>
    );
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (same(typed, person.email)) erase.mutate({ userId: person.id });
  };
  return (
    <form
      onSubmit={submit}
      noValidate
      className="mt-4 space-y-4 rounded-lg border border-danger/40 bg-surface p-4 sm:p-5"
    >
      <div className="max-w-md">
        <Field
          label={t("typeEmail", { email: person.email })}
          error={tried && !same(typed, person.email) ? t("notTheEmail") : undefined}
        >
          <Input
            value={typed}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            onChange={(event) => setTyped(event.target.value)}
          />
        </Field>
      </div>
      {erase.error && (
        <Notice tone="danger" role="alert">
          {errorText(erase.error)}
        </Notice>
      )}
      <Button type="submit" variant="danger" busy={erase.isPending}>
        {t("confirm")}
      </Button>
    </form>
  );
}
