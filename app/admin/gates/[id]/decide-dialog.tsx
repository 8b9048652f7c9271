// "Approve" and "Refuse": an admin's decision about a candidate, with a note that is kept beside it.
"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button, type ButtonProps } from "../../../_components/ui/button.tsx";
import { ConfirmDialog } from "../../../_components/ui/confirm-dialog.tsx";
import { Field } from "../../../_components/ui/field.tsx";
import { Textarea } from "../../../_components/ui/textarea.tsx";
import { toast } from "../../../_components/ui/toast.tsx";
import { useErrorText } from "../../../_lib/error-text.ts";
import { useTRPC } from "../../../_lib/trpc.ts";
import { shortHash } from "../../_lib/format.ts";

const LONGEST_NOTE = 2_000;

type DecideButtonProps = Pick<ButtonProps, "variant"> & {
  gate: { id: string; adapterSha256: string };
  approved: boolean;
};

/** A refusal must say why; an approval may. */
export function DecideButton({ gate, approved, variant }: DecideButtonProps) {
  const t = useTranslations("gate.decide");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const errorText = useErrorText();
  const [open, setOpen] = useState(false);
  const [note, setNote] = useState("");
  const [tried, setTried] = useState(false);
  const decide = useMutation(
    trpc.gate.decide.mutationOptions({
      onSuccess: () => {
        setOpen(false);
        setNote("");
        toast(t(approved ? "approved" : "refused", { hash: shortHash(gate.adapterSha256) }));
      },
      onError: (error) => toast(errorText(error), { duration: 10_000 }),
      onSettled: () =>
        Promise.all(
          [trpc.gate.pathKey(), trpc.adapter.pathKey(), trpc.overview.pathKey()].map((queryKey) =>
            queryClient.invalidateQueries({ queryKey }),
          ),
        ),
    }),
  );
  const missing = !approved && note.trim() === "";
  const act = approved ? "approve" : "refuse";
  return (
    <>
      <Button variant={variant} onClick={() => setOpen(true)}>
        {t(act)}
      </Button>
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        title={t(`${act}Title`, { hash: shortHash(gate.adapterSha256) })}
        description={t(`${act}Text`)}
        action={t(`${act}Action`, { hash: shortHash(gate.adapterSha256) })}
        danger={!approved}
        busy={decide.isPending}
        onConfirm={() => {
          setTried(true);
          if (!missing) decide.mutate({ gateId: gate.id, approved, note: note.trim() });
        }}
      >
        <Field
          label={t(approved ? "note" : "reason")}
          hint={t("noteHint")}
          error={tried && missing ? t("reasonMissing") : undefined}
        >
          <Textarea value={note} maxLength={LONGEST_NOTE} onChange={(event) => setNote(event.target.value)} />
        </Field>
      </ConfirmDialog>
    </>
  );
}
