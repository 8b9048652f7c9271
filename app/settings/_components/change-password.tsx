// A new password; whoever is signed in with the old one elsewhere is signed out.
"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import type { FormEvent } from "react";
import { NewPasswordField } from "../../_components/new-password-field.tsx";
import { Card } from "../../_components/ui/card.tsx";
import { Field } from "../../_components/ui/field.tsx";
import { Input } from "../../_components/ui/input.tsx";
import { SubmitButton } from "../../_components/ui/submit-button.tsx";
import { toast } from "../../_components/ui/toast.tsx";
import { useErrorText } from "../../_lib/error-text.ts";
import { useTRPC } from "../../_lib/trpc.ts";

/** Nothing for people who come through a provider: their password is not here. */
export function ChangePassword() {
  const t = useTranslations("operations.password");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const errorText = useErrorText();
  const account = useQuery(trpc.account.get.queryOptions());
  const change = useMutation(
    trpc.account.changePassword.mutationOptions({
      onSuccess: () => toast(t("changed")),
      onSettled: () => queryClient.invalidateQueries(trpc.session.list.queryFilter()),
    }),
  );
  if (account.data?.hasPassword !== true) return null;

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const form = event.currentTarget;
    const given = new FormData(form);
    change.mutate(
      { current: String(given.get("current")), next: String(given.get("next")) },
      { onSuccess: () => form.reset() },
    );
  }
  return (
    <Card title={t("title")} description={t("description")}>
      <form className="max-w-sm space-y-4" onSubmit={submit}>
        <Field label={t("current")} error={change.isError ? errorText(change.error) : undefined}>
          <Input name="current" type="password" autoComplete="current-password" required />
        </Field>
        <NewPasswordField label={t("next")} name="next" />
        <SubmitButton busy={change.isPending}>{t("change")}</SubmitButton>
      </form>
    </Card>
  );
}
