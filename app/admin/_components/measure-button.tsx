// "Measure": asks for a gate of an adapter, against what is live now, and leads to its report.
"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { Button, type ButtonProps } from "../../_components/ui/button.tsx";
import { toast } from "../../_components/ui/toast.tsx";
import { useErrorText } from "../../_lib/error-text.ts";
import { useTRPC } from "../../_lib/trpc.ts";

type MeasureButtonProps = Pick<ButtonProps, "size" | "variant"> & {
  adapterId: string;
  /** It was measured before. */
  again?: boolean;
};

export function MeasureButton({ adapterId, again = false, size, variant }: MeasureButtonProps) {
  const t = useTranslations("gate");
  const trpc = useTRPC();
  const router = useRouter();
  const queryClient = useQueryClient();
  const errorText = useErrorText();
  const request = useMutation(
    trpc.gate.request.mutationOptions({
      onSuccess: (id) => router.push(`/admin/gates/${id}`),
      onError: (error) => toast(errorText(error), { duration: 10_000 }),
      onSettled: () => queryClient.invalidateQueries({ queryKey: trpc.gate.pathKey() }),
    }),
  );
  return (
    <Button size={size} variant={variant} busy={request.isPending} onClick={() => request.mutate({ adapterId })}>
      {t(again ? "measureAgain" : "measure")}
    </Button>
  );
}
