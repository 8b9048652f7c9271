// Makes a webhook and shows its secret this once.
"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { ShownOnce } from "../../_components/shown-once.tsx";
import { Button } from "../../_components/ui/button.tsx";
import { Field } from "../../_components/ui/field.tsx";
import { Input } from "../../_components/ui/input.tsx";
import { Notice } from "../../_components/ui/notice.tsx";
import { SecretLine } from "../../_components/ui/secret-line.tsx";
import { useErrorText } from "../../_lib/error-text.ts";
import { useTRPC } from "../../_lib/trpc.ts";
import { KindChoice } from "./kind-choice.tsx";
import { type ChosenKind, USUAL } from "./kinds.ts";

export function CreateWebhook({ allowed }: { allowed: readonly string[] }) {
  const t = useTranslations("operations.webhooks");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const create = useMutation(
    trpc.webhook.create.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries(trpc.webhook.list.queryFilter()),
    }),
  );
  return (
    <ShownOnce
      making={create}
      title={t("create")}
      madeTitle={t("createdTitle")}
      warning={t("shownOnce")}
      done={t("done")}
      button={(open) => (
        <Button variant="primary" onClick={open}>
          <Plus aria-hidden />
          {t("create")}
        </Button>
      )}
      form={
        <WebhookFields
          allowed={allowed}
          busy={create.isPending}
          error={create.error}
          onSubmit={(input) => create.mutate(input)}
        />
      }
    >
      {({ secret }) => (
        <>
          <SecretLine label={t("copySecret")} text={secret} />
          <p className="text-quiet text-sm">{t("howToCheck")}</p>
        </>
      )}
    </ShownOnce>
  );
}

type WebhookFieldsProps = {
  allowed: readonly string[];
  busy: boolean;
  error: unknown;
  onSubmit: (input: { url: string; kinds: ChosenKind[] }) => void;
};

function WebhookFields({ allowed, busy, error, onSubmit }: WebhookFieldsProps) {
  const t = useTranslations("operations.webhooks");
  const errorText = useErrorText();
  const [kinds, setKinds] = useState<readonly ChosenKind[]>(USUAL);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const url = String(new FormData(event.currentTarget).get("url")).trim();
    onSubmit({ url, kinds: [...kinds] });
  };
  return (
    <form className="space-y-4" onSubmit={submit}>
      {error ? (
        <Notice tone="danger" role="alert">
          {errorText(error)}
        </Notice>
      ) : null}
      <Field label={t("url")} hint={`${t("urlHint")} ${t("allowed", { list: allowed.join(", ") })}`}>
        <Input name="url" type="url" required maxLength={2000} autoComplete="off" placeholder="https://" autoFocus />
      </Field>
      <KindChoice kinds={kinds} onChange={setKinds} />
      <div className="flex justify-end">
        <Button type="submit" variant="primary" busy={busy} disabled={kinds.length === 0}>
          {t("act")}
        </Button>
      </div>
    </form>
  );
}
