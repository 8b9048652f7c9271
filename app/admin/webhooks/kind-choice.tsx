// Which kinds of events a webhook is told of, each with a box to tick; and the window that changes them.
"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "../../_components/ui/button.tsx";
import { Dialog } from "../../_components/ui/dialog.tsx";
import { toast } from "../../_components/ui/toast.tsx";
import { useErrorText } from "../../_lib/error-text.ts";
import { useTRPC } from "../../_lib/trpc.ts";
import { CHOICES, type ChosenKind, isChosen, useKindName } from "./kinds.ts";
import type { Webhook } from "./webhooks.tsx";

type KindChoiceProps = { kinds: readonly ChosenKind[]; onChange: (kinds: ChosenKind[]) => void };

export function KindChoice({ kinds, onChange }: KindChoiceProps) {
  const t = useTranslations("operations.webhooks");
  const kindName = useKindName();
  const set = (kind: ChosenKind, wanted: boolean) =>
    onChange(CHOICES.filter((other) => (other === kind ? wanted : kinds.includes(other))));
  return (
    <fieldset>
      <legend className="font-medium text-sm">{t("kinds")}</legend>
      <div className="mt-2 grid gap-x-4 gap-y-1 sm:grid-cols-2">
        {CHOICES.map((kind) => (
          <label key={kind} className="flex min-h-7 items-center gap-2 text-sm">
            <input
              type="checkbox"
              className="size-4 accent-accent"
              checked={kinds.includes(kind)}
              onChange={(event) => set(kind, event.target.checked)}
            />
            {kindName(kind)}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

export function ChangeKinds({ webhook: { id, url, kinds: present } }: { webhook: Webhook }) {
  const t = useTranslations("operations.webhooks");
  const common = useTranslations("common");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const errorText = useErrorText();
  const [kinds, setKinds] = useState<ChosenKind[] | null>(null);
  const update = useMutation(
    trpc.webhook.update.mutationOptions({
      onSuccess: () => {
        setKinds(null);
        toast(t("changed"));
      },
      onError: (error) => toast(errorText(error)),
      onSettled: () => queryClient.invalidateQueries(trpc.webhook.list.queryFilter()),
    }),
  );
  return (
    <>
      <Button
        size="sm"
        variant="ghost"
        aria-label={t("changeName", { url })}
        onClick={() => setKinds(present.filter(isChosen))}
      >
        {t("change")}
      </Button>
      <Dialog
        open={kinds !== null}
        onOpenChange={(open) => !open && setKinds(null)}
        title={t("changeName", { url })}
        footer={
          <Button
            variant="primary"
            busy={update.isPending}
            disabled={kinds?.length === 0}
            onClick={() => kinds && update.mutate({ id, kinds })}
          >
            {common("save")}
          </Button>
        }
      >
        {kinds && <KindChoice kinds={kinds} onChange={setKinds} />}
      </Dialog>
    </>
  );
}
