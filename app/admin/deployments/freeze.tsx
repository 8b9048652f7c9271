// The freeze: nothing new gets traffic while it lasts. A button that asks for the reason, and the notice while it holds.
"use client";
import { Snowflake } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "../../_components/ui/button.tsx";
import { ConfirmDialog } from "../../_components/ui/confirm-dialog.tsx";
import { Field } from "../../_components/ui/field.tsx";
import { Notice } from "../../_components/ui/notice.tsx";
import { RelativeTime } from "../../_components/ui/relative-time.tsx";
import { Textarea } from "../../_components/ui/textarea.tsx";
import { Person } from "../_components/person.tsx";
import type { Traffic, TrafficActs } from "./use-traffic.ts";

const LEAST = 3;
const MOST = 500;

export function FreezeButton({ acts }: { acts: TrafficActs }) {
  const t = useTranslations("traffic.deployments");
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState("");
  const [tried, setTried] = useState(false);
  const missing = reason.trim().length < LEAST;
  const confirm = () => {
    setTried(true);
    if (!missing)
      acts.freeze(reason.trim(), () => {
        setOpen(false);
        setReason("");
        setTried(false);
      });
  };
  return (
    <>
      <Button variant="ghost" onClick={() => setOpen(true)}>
        <Snowflake aria-hidden />
        {t("freeze")}
      </Button>
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        title={t("freezeTitle")}
        description={t("freezeText")}
        action={t("freezeAct")}
        busy={acts.busy}
        onConfirm={confirm}
      >
        <Field
          label={t("freezeReason")}
          hint={t("freezeReasonHint")}
          error={tried && missing ? t("freezeReasonMissing") : undefined}
        >
          <Textarea value={reason} maxLength={MOST} onChange={(event) => setReason(event.target.value)} />
        </Field>
      </ConfirmDialog>
    </>
  );
}

export function FrozenNotice({ frozen, acts }: { frozen: NonNullable<Traffic["frozen"]>; acts: TrafficActs }) {
  const t = useTranslations("traffic.deployments");
  return (
    <Notice
      tone="warning"
      role="status"
      action={
        <Button size="sm" disabled={acts.busy} onClick={acts.unfreeze}>
          {t("unfreeze")}
        </Button>
      }
    >
      {t.rich("frozen", {
        time: () => <RelativeTime date={frozen.at} />,
        person: () => <Person person={frozen.by} />,
        reason: frozen.reason,
      })}
    </Notice>
  );
}
