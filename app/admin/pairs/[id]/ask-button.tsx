// Asks annotators about a pair's prompt, and goes to the task that makes.
"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { Button } from "../../../_components/ui/button.tsx";
import { toast } from "../../../_components/ui/toast.tsx";
import { useErrorText } from "../../../_lib/error-text.ts";
import { useTRPC } from "../../../_lib/trpc.ts";

export function AskButton({ messageId }: { messageId: string }) {
  const t = useTranslations("data.pair");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const errorText = useErrorText();
  const router = useRouter();
  const ask = useMutation(
    trpc.comparison.request.mutationOptions({
      onError: (error) => toast(errorText(error)),
      onSuccess: ({ id }) => {
        void queryClient.invalidateQueries({ queryKey: trpc.comparison.pathKey() });
        router.push(`/admin/annotation/${id}`);
      },
    }),
  );
  return (
    <Button busy={ask.isPending} onClick={() => ask.mutate({ messageId })}>
      {t("ask")}
    </Button>
  );
}
