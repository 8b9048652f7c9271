// What can be done with the ticked pairs: putting them aside with a reason, or taking them back; either can be undone.
"use client";
import { X } from "lucide-react";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { Button } from "../../_components/ui/button.tsx";
import { Dialog } from "../../_components/ui/dialog.tsx";
import { Field } from "../../_components/ui/field.tsx";
import { IconButton } from "../../_components/ui/icon-button.tsx";
import { Input } from "../../_components/ui/input.tsx";
import type { Pair } from "../_components/pair-card.tsx";
import { useQuarantine } from "./use-quarantine.ts";

type SelectionBarProps = { selected: ReadonlyMap<string, Pair>; onClear: () => void };

export function SelectionBar({ selected, onClear }: SelectionBarProps) {
  const t = useTranslations("data.pair");
  const [asking, setAsking] = useState(false);
  const { put, isPending } = useQuarantine(() => {
    setAsking(false);
    onClear();
  });
  if (selected.size === 0) return null;
  const of = (status: Pair["status"]) =>
    [...selected.values()].filter((pair) => pair.status === status).map(({ id }) => id);
  const [active, quarantined] = [of("ACTIVE"), of("QUARANTINED")];
  return (
    <section
      aria-label={t("selected", { count: selected.size })}
      className="sticky bottom-4 z-10 mx-auto mt-4 flex w-fit max-w-full flex-wrap items-center gap-2 rounded-xl bg-surface p-2 pl-4 shadow-float"
    >
      <p role="status" className="text-sm tabular-nums">
        {t("selected", { count: selected.size })}
      </p>
      {active.length > 0 && (
        <Button size="sm" onClick={() => setAsking(true)}>
          {t("putAside", { count: active.length })}
        </Button>
      )}
      {quarantined.length > 0 && (
        <Button
          size="sm"
          busy={isPending}
          onClick={() => put({ ids: quarantined, quarantined: false, reason: t("takenBack") })}
        >
          {t("takeBack", { count: quarantined.length })}
        </Button>
      )}
      <IconButton label={t("clear")} onClick={onClear}>
        <X />
      </IconButton>
      <ReasonDialog
        open={asking}
        onOpenChange={setAsking}
        count={active.length}
        busy={isPending}
        onReason={(reason) => put({ ids: active, quarantined: true, reason })}
      />
    </section>
  );
}

type ReasonDialogProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  count: number;
  busy: boolean;
  onReason: (reason: string) => void;
};

export function ReasonDialog({ open, onOpenChange, count, busy, onReason }: ReasonDialogProps) {
  const t = useTranslations("data.pair");
  const [reason, setReason] = useState("");
  const [tried, setTried] = useState(false);
  const missing = reason.trim() === "";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!missing) onReason(reason.trim());
  };
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={t("putAside", { count })} description={t("putAsideText")}>
      <form onSubmit={submit} noValidate className="space-y-4">
        <Field label={t("reason")} error={tried && missing ? t("needReason") : undefined}>
          <Input value={reason} maxLength={500} onChange={(event) => setReason(event.target.value)} />
        </Field>
        <div className="flex justify-end">
          <Button type="submit" variant="primary" busy={busy}>
            {t("putAsideAct")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
