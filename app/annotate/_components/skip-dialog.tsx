// Why a task is passed on: one of a few reasons, chosen by a press or by its number.
"use client";
import { useTranslations } from "next-intl";
import { SKIP_REASONS } from "../../../server/domain/views/annotation.ts";
import { Button } from "../../_components/ui/button.tsx";
import { Dialog } from "../../_components/ui/dialog.tsx";
import { Kbd } from "../../_components/ui/kbd.tsx";
import type { SkipReason } from "../_lib/use-task.ts";

type SkipDialogProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  busy: boolean;
  onSkip: (reason: SkipReason) => void;
};

export function SkipDialog({ open, onOpenChange, busy, onSkip }: SkipDialogProps) {
  const t = useTranslations("annotate.skip");
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={t("title")} description={t("text")}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: number keys are a shortcut to the buttons inside */}
      <div
        className="space-y-1"
        onKeyDown={(event) => {
          const reason = SKIP_REASONS[Number(event.key) - 1];
          if (reason && !busy) onSkip(reason);
        }}
      >
        {SKIP_REASONS.map((reason, i) => (
          <Button
            key={reason}
            autoFocus={i === 0}
            disabled={busy}
            onClick={() => onSkip(reason)}
            className="w-full justify-between font-normal"
          >
            {t(`reason.${reason}`)}
            <Kbd>{String(i + 1)}</Kbd>
          </Button>
        ))}
      </div>
    </Dialog>
  );
}
