// Asks for the password (or the email, where there is none) and then deletes the account with everything in it.
"use client";
import { useMutation } from "@tanstack/react-query";
import { signOut } from "next-auth/react";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { Button } from "../../_components/ui/button.tsx";
import { Dialog } from "../../_components/ui/dialog.tsx";
import { Field } from "../../_components/ui/field.tsx";
import { Input } from "../../_components/ui/input.tsx";
import { Notice } from "../../_components/ui/notice.tsx";
import { useErrorText } from "../../_lib/error-text.ts";
import { useTRPC } from "../../_lib/trpc.ts";
import type { Account } from "../../_lib/use-training-choice.ts";
import { useViewer } from "../../_lib/viewer.ts";

export function DeleteAccount({ account, onClose }: { account: Account; onClose: () => void }) {
  const t = useTranslations("settings.privacy");
  const common = useTranslations("common");
  const trpc = useTRPC();
  const viewer = useViewer();
  const errorText = useErrorText();
  const [typed, setTyped] = useState("");
  // The session died with the account; what is left of it in this browser goes as well.
  const remove = useMutation(
    trpc.account.delete.mutationOptions({ onSuccess: () => signOut({ callbackUrl: "/sign-in" }) }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    remove.mutate(account.hasPassword ? { password: typed } : { email: typed.trim() });
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && !remove.isPending && onClose()}
      title={t("deleteTitle")}
      description={t("deleteGone", account.counts)}
    >
      <form className="space-y-4" onSubmit={submit}>
        <p className="text-quiet text-sm">{t("deleteKept")}</p>
        {remove.error && (
          <Notice tone="danger" role="alert">
            {errorText(remove.error)}
          </Notice>
        )}
        {account.hasPassword ? (
          <Field label={t("password")}>
            <Input
              type="password"
              autoComplete="current-password"
              autoFocus
              required
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
          </Field>
        ) : (
          <Field label={t("email")} hint={viewer?.email}>
            <Input
              type="email"
              autoComplete="off"
              autoFocus
              required
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
          </Field>
        )}
        <div className="flex justify-end gap-2">
          <Button disabled={remove.isPending} onClick={onClose}>
            {common("cancel")}
          </Button>
          <Button type="submit" variant="danger" busy={remove.isPending || remove.isSuccess} disabled={typed === ""}>
            {t("deleteNow")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
