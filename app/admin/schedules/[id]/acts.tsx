// What can be done with a schedule: start it now, pause it, change it, delete it.
"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Pause, Pencil, Play, Trash2, Zap } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "../../../_components/ui/button.tsx";
import { ConfirmDialog } from "../../../_components/ui/confirm-dialog.tsx";
import { toast, toastWithUndo } from "../../../_components/ui/toast.tsx";
import { useErrorText } from "../../../_lib/error-text.ts";
import { useTRPC } from "../../../_lib/trpc.ts";
import type { Schedule } from "../schedules.tsx";

export function ScheduleActs({ schedule: { id, name, enabled } }: { schedule: Schedule }) {
  const t = useTranslations("schedule.act");
  const common = useTranslations("common");
  const trpc = useTRPC();
  const router = useRouter();
  const errorText = useErrorText();
  const queryClient = useQueryClient();
  const [asking, setAsking] = useState(false);
  const refresh = () => queryClient.invalidateQueries({ queryKey: trpc.schedule.pathKey() });
  const onError = (error: unknown) => void toast(errorText(error), { duration: 10_000 });
  const runNow = useMutation(
    trpc.schedule.runNow.mutationOptions({
      onSuccess: () => {
        toast(t("started"));
        void refresh();
      },
      onError,
    }),
  );
  const turn = useMutation(trpc.schedule.setEnabled.mutationOptions({ onSuccess: () => void refresh(), onError }));
  const remove = useMutation(
    trpc.schedule.delete.mutationOptions({
      onSuccess: () => {
        toast(t("deleted", { name }));
        router.push("/admin/schedules");
        void queryClient.invalidateQueries({ queryKey: trpc.schedule.list.queryKey() });
      },
      onError,
    }),
  );
  const set = (on: boolean) =>
    turn.mutate(
      { id, enabled: on },
      {
        onSuccess: () =>
          toastWithUndo(on ? t("resumed", { name }) : t("paused", { name }), {
            label: common("undo"),
            onClick: () => turn.mutate({ id, enabled: !on }),
          }),
      },
    );
  return (
    <>
      <Button variant="primary" busy={runNow.isPending} onClick={() => runNow.mutate({ id })}>
        <Zap aria-hidden />
        {t("runNow")}
      </Button>
      <Button busy={turn.isPending} onClick={() => set(!enabled)}>
        {enabled ? <Pause aria-hidden /> : <Play aria-hidden />}
        {enabled ? t("pause") : t("resume")}
      </Button>
      <Button asChild>
        <Link href={`/admin/schedules/${id}/edit`}>
          <Pencil aria-hidden />
          {t("edit")}
        </Link>
      </Button>
      <Button variant="danger" onClick={() => setAsking(true)}>
        <Trash2 aria-hidden />
        {t("delete")}
      </Button>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={t("deleteTitle", { name })}
        description={t("deleteText")}
        action={t("delete")}
        danger
        busy={remove.isPending}
        onConfirm={() => remove.mutate({ id })}
      />
    </>
  );
}
