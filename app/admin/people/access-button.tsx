// Takes a person's access away or gives it back; the toast offers to undo it.
"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { Button } from "../../_components/ui/button.tsx";
import { toast, toastWithUndo } from "../../_components/ui/toast.tsx";
import { useErrorText } from "../../_lib/error-text.ts";
import { useTRPC } from "../../_lib/trpc.ts";
import type { PersonRow } from "./people.tsx";
import { nameOf } from "./role-select.tsx";

export function AccessButton({ person }: { person: PersonRow }) {
  const t = useTranslations("admin.people");
  const common = useTranslations("common");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const errorText = useErrorText();
  const setDisabled = useMutation(
    trpc.people.setDisabled.mutationOptions({
      onError: (error) => toast(errorText(error)),
      onSettled: () => queryClient.invalidateQueries({ queryKey: trpc.people.list.queryKey() }),
    }),
  );
  const disabled = person.disabledAt !== null;
  const set = (to: boolean) =>
    setDisabled.mutate(
      { userId: person.id, disabled: to },
      {
        onSuccess: () =>
          toastWithUndo(t(to ? "nowDisabled" : "nowEnabled", { name: nameOf(person) }), {
            label: common("undo"),
            onClick: () => setDisabled.mutate({ userId: person.id, disabled: !to }),
          }),
      },
    );
  return (
    <Button
      size="sm"
      variant="ghost"
      busy={setDisabled.isPending}
      aria-label={t(disabled ? "enableName" : "disableName", { name: nameOf(person) })}
      onClick={() => set(!disabled)}
    >
      {t(disabled ? "enable" : "disable")}
    </Button>
  );
}
