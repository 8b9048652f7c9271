// "Roll back to r6 · 3f9a2c": one button with the target's name on it.
"use client";
import { Undo2 } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "../../_components/ui/button.tsx";
import { ConfirmDialog } from "../../_components/ui/confirm-dialog.tsx";
import type { Outputs } from "../../_lib/trpc.ts";
import { ChangeList } from "../_components/change-list.tsx";
import { useRelease } from "../_components/use-release.ts";
import { releaseName } from "../_lib/format.ts";

type Release = Outputs["deployment"]["list"][number];

export function RollbackButton({ live, target }: { live: Release; target: Release }) {
  const t = useTranslations("admin.release");
  const [open, setOpen] = useState(false);
  const { rollBack } = useRelease(() => setOpen(false));
  const nameOf = (release: Release) =>
    release.adapterSha256 ? releaseName(release) : `${releaseName(release)} · ${t("baseModel")}`;
  return (
    <>
      <Button onClick={() => setOpen(true)}>
        <Undo2 aria-hidden />
        {t("rollBackTo", { release: nameOf(target) })}
      </Button>
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        title={t("rollBackTitle", { release: nameOf(target) })}
        description={t("rollBackText", { release: `r${target.number}` })}
        action={t("rollBackAction", { release: `r${target.number}` })}
        busy={rollBack.isPending}
        onConfirm={() => rollBack.mutate({})}
      >
        <ChangeList now={nameOf(live)} next={nameOf(target)} />
      </ConfirmDialog>
    </>
  );
}
