// "Activate": makes an adapter, or the bare base model, the one that speaks, after naming what that changes and what its gate says.
"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button, type ButtonProps } from "../../_components/ui/button.tsx";
import { ConfirmDialog } from "../../_components/ui/confirm-dialog.tsx";
import { Skeleton } from "../../_components/ui/skeleton.tsx";
import { useTRPC } from "../../_lib/trpc.ts";
import { releaseName } from "../_lib/format.ts";
import { ChangeList } from "./change-list.tsx";
import { GateOverride, isReason } from "./gate-override.tsx";
import { useActivate } from "./use-activate.ts";

type ActivateButtonProps = Pick<ButtonProps, "size" | "variant"> & {
  /** Null is the bare base model. */
  adapter: { id: string; sha256: string } | null;
  /** Where it is known beforehand that a reason will be asked for. */
  allTheSame?: boolean;
};

export function ActivateButton({ adapter, size, variant = "primary", allTheSame = false }: ActivateButtonProps) {
  const t = useTranslations("admin.release");
  const gate = useTranslations("gate.override");
  const trpc = useTRPC();
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState("");
  const [tried, setTried] = useState(false);
  const activate = useActivate(() => setOpen(false));
  const { data: releases = [] } = useQuery(trpc.deployment.list.queryOptions(undefined, { enabled: open }));
  const asked = useQuery(
    trpc.gate.mayGoLive.queryOptions({ adapterId: adapter?.id ?? null }, { enabled: open, gcTime: 0 }),
  );
  const answer = asked.data;
  const live = releases.find((release) => release.isDefault);
  const nextNumber = Math.max(0, ...releases.map(({ number }) => number)) + 1;
  const nameOf = (release: { number: number; adapterSha256: string | null }) =>
    release.adapterSha256 ? releaseName(release) : `${releaseName(release)} · ${t("baseModel")}`;
  const next = nameOf({ number: nextNumber, adapterSha256: adapter?.sha256 ?? null });
  const missing = answer?.allowed === false && !isReason(reason);
  const confirm = () => {
    setTried(true);
    if (!answer || missing || (!answer.allowed && !answer.mayOverride)) return;
    activate.mutate({ adapterId: adapter?.id ?? null, ...(answer.allowed ? {} : { override: reason.trim() }) });
  };
  return (
    <>
      <Button size={size} variant={variant} onClick={() => setOpen(true)}>
        {allTheSame ? gate("open") : adapter ? t("activate") : t("activateBase")}
      </Button>
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        title={t("activateTitle", { release: next })}
        description={t("activateText")}
        action={answer?.allowed === false ? gate("act") : t("activateAction", { release: `r${nextNumber}` })}
        danger={answer?.allowed === false}
        busy={activate.isPending || asked.isPending}
        onConfirm={confirm}
      >
        <div className="space-y-3">
          <ChangeList now={live ? nameOf(live) : t("nobody")} next={next} />
          {!answer && !asked.error && <Skeleton className="h-12 w-full" />}
          {answer?.allowed === false && (
            <GateOverride answer={answer} reason={reason} onReason={setReason} tried={tried} />
          )}
        </div>
      </ConfirmDialog>
    </>
  );
}
