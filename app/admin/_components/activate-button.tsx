// "Activate": makes an adapter, or the bare base model, the one that speaks, after naming what that changes.
"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button, type ButtonProps } from "../../_components/ui/button.tsx";
import { ConfirmDialog } from "../../_components/ui/confirm-dialog.tsx";
import { useTRPC } from "../../_lib/trpc.ts";
import { releaseName } from "../_lib/format.ts";
import { ChangeList } from "./change-list.tsx";
import { useRelease } from "./use-release.ts";

type ActivateButtonProps = Pick<ButtonProps, "size" | "variant"> & {
  /** Null is the bare base model. */
  adapter: { id: string; sha256: string } | null;
};

export function ActivateButton({ adapter, size, variant = "primary" }: ActivateButtonProps) {
  const t = useTranslations("admin.release");
  const trpc = useTRPC();
  const [open, setOpen] = useState(false);
  const { activate } = useRelease(() => setOpen(false));
  const { data: releases = [] } = useQuery(trpc.deployment.list.queryOptions(undefined, { enabled: open }));
  const live = releases.find((release) => release.active);
  const nextNumber = Math.max(0, ...releases.map(({ number }) => number)) + 1;
  const nameOf = (release: { number: number; adapterSha256: string | null }) =>
    release.adapterSha256 ? releaseName(release) : `${releaseName(release)} · ${t("baseModel")}`;
  const next = nameOf({ number: nextNumber, adapterSha256: adapter?.sha256 ?? null });
  return (
    <>
      <Button size={size} variant={variant} onClick={() => setOpen(true)}>
        {adapter ? t("activate") : t("activateBase")}
      </Button>
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        title={t("activateTitle", { release: next })}
        description={t("activateText")}
        action={t("activateAction", { release: `r${nextNumber}` })}
        busy={activate.isPending}
        onConfirm={() => activate.mutate({ adapterId: adapter?.id ?? null })}
      >
        <ChangeList now={live ? nameOf(live) : t("nobody")} next={next} />
      </ConfirmDialog>
    </>
  );
}
