// "Retire" and its way back: done at once, with Undo in the message.
"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { Button } from "../../../_components/ui/button.tsx";
import { toast, toastWithUndo } from "../../../_components/ui/toast.tsx";
import { useErrorText } from "../../../_lib/error-text.ts";
import { type Outputs, useTRPC } from "../../../_lib/trpc.ts";
import { shortHash } from "../../_lib/format.ts";

type AdapterDetails = Outputs["adapter"]["get"];

export function RetireButton({ adapter: { id, sha256, status, live, filesDeletedAt } }: { adapter: AdapterDetails }) {
  const t = useTranslations("registry.retire");
  const common = useTranslations("common");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const errorText = useErrorText();
  const onSettled = () => queryClient.invalidateQueries({ queryKey: trpc.adapter.pathKey() });
  const onError = (error: unknown) => void toast(errorText(error), { duration: 10_000 });
  const unretire = useMutation(
    trpc.adapter.unretire.mutationOptions({
      onSuccess: () => void toast(t("undone", { hash: shortHash(sha256) })),
      ...{ onError, onSettled },
    }),
  );
  const retire = useMutation(
    trpc.adapter.retire.mutationOptions({
      onSuccess: () =>
        toastWithUndo(t("done", { hash: shortHash(sha256) }), {
          label: common("undo"),
          onClick: () => unretire.mutate({ id }),
        }),
      ...{ onError, onSettled },
    }),
  );
  if (status === "RETIRED") {
    if (filesDeletedAt) return null;
    return (
      <Button busy={unretire.isPending} onClick={() => unretire.mutate({ id })}>
        {t("undo")}
      </Button>
    );
  }
  if (live) return null;
  return (
    <Button busy={retire.isPending} onClick={() => retire.mutate({ id })}>
      {t("act")}
    </Button>
  );
}
