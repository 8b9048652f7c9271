// "Cancel run", asked about first: what was trained so far is thrown away.
"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "../../../_components/ui/button.tsx";
import { ConfirmDialog } from "../../../_components/ui/confirm-dialog.tsx";
import { toast } from "../../../_components/ui/toast.tsx";
import { useErrorText } from "../../../_lib/error-text.ts";
import { useTRPC } from "../../../_lib/trpc.ts";
import type { RunDetails } from "./use-run.ts";

export function CancelButton({ run }: { run: RunDetails }) {
  const t = useTranslations("admin.run");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const errorText = useErrorText();
  const [open, setOpen] = useState(false);
  const cancel = useMutation(
    trpc.run.cancel.mutationOptions({
      onSuccess: (changed) =>
        queryClient.setQueryData(trpc.run.get.queryKey({ id: run.id }), (old) => old && { ...old, ...changed }),
      onError: (error) => toast(errorText(error)),
      onSettled: async () => {
        setOpen(false);
        await queryClient.invalidateQueries({ queryKey: trpc.run.pathKey() });
      },
    }),
  );
  return (
    <>
      <Button variant="danger" disabled={run.cancelling} onClick={() => setOpen(true)}>
        {run.cancelling ? t("cancelling") : t("cancel")}
      </Button>
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        title={t("cancelTitle")}
        description={t("cancelText", { step: run.step, total: run.totalSteps })}
        action={t("cancelConfirm")}
        danger
        busy={cancel.isPending}
        onConfirm={() => cancel.mutate({ id: run.id })}
      />
    </>
  );
}
