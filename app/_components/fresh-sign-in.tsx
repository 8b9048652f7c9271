// Asks for the password once more, or for a new sign-in through the provider, before what changes who may do what or what everybody hears.
"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useId, useSyncExternalStore } from "react";
import { useErrorText } from "../_lib/error-text.ts";
import type { FreshSignIn } from "../_lib/fresh-sign-in.ts";
import { useTRPC } from "../_lib/trpc.ts";
import { ProviderButtons } from "./provider-buttons.tsx";
import { Button } from "./ui/button.tsx";
import { Dialog } from "./ui/dialog.tsx";
import { Field } from "./ui/field.tsx";
import { Input } from "./ui/input.tsx";

/** Mounted once, by the providers; it opens by itself when an act was refused for want of a fresh sign-in. */
export function FreshSignInDialog({ question }: { question: FreshSignIn }) {
  const t = useTranslations("operations.fresh");
  const open = useSyncExternalStore(question.subscribe, question.isOpen, () => false);
  return (
    <Dialog
      open={open}
      onOpenChange={(stays) => !stays && question.answer(false)}
      title={t("title")}
      description={t("text")}
    >
      {open && <Confirmation onConfirmed={() => question.answer(true)} onCancel={() => question.answer(false)} />}
    </Dialog>
  );
}

function Confirmation({ onConfirmed, onCancel }: { onConfirmed: () => void; onCancel: () => void }) {
  const t = useTranslations("operations.fresh");
  const common = useTranslations("common");
  const trpc = useTRPC();
  const errorText = useErrorText();
  const formId = useId();
  const account = useQuery(trpc.account.get.queryOptions());
  const confirm = useMutation(trpc.viewer.confirm.mutationOptions({ onSuccess: onConfirmed }));

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    confirm.mutate({ password: String(new FormData(event.currentTarget).get("password")) });
  }

  if (account.data?.hasPassword === false) {
    const { pathname, search } = window.location;
    return (
      <>
        <p className="text-sm">{t("provider")}</p>
        <ProviderButtons returnTo={pathname + search} />
      </>
    );
  }
  return (
    <form id={formId} onSubmit={submit}>
      <Field label={t("password")} error={confirm.isError ? errorText(confirm.error) : undefined}>
        <Input name="password" type="password" autoComplete="current-password" required autoFocus />
      </Field>
      <div className="mt-5 flex justify-end gap-2">
        <Button onClick={onCancel}>{common("cancel")}</Button>
        <Button type="submit" variant="primary" busy={confirm.isPending}>
          {t("confirm")}
        </Button>
      </div>
    </form>
  );
}
