// Puts a rater aside, with a reason, and lets them count again; either can be undone.
"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "../../../_components/ui/button.tsx";
import { Card } from "../../../_components/ui/card.tsx";
import { Dialog } from "../../../_components/ui/dialog.tsx";
import { Field } from "../../../_components/ui/field.tsx";
import { RelativeTime } from "../../../_components/ui/relative-time.tsx";
import { Textarea } from "../../../_components/ui/textarea.tsx";
import { toast, toastWithUndo } from "../../../_components/ui/toast.tsx";
import { useErrorText } from "../../../_lib/error-text.ts";
import { useTRPC } from "../../../_lib/trpc.ts";
import type { RaterView } from "./rater.tsx";

export function Quarantine({ view }: { view: RaterView }) {
  const t = useTranslations("annotation.raters.quarantine");
  const common = useTranslations("common");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const errorText = useErrorText();
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState("");
  const raterId = view.rater.id;
  const name = view.rater.name || view.rater.email;
  /** The server's own reasons are codes; people's are sentences. */
  const reasonText = (given: string | null) => (given === "BELOW_BAR" ? t("code.BELOW_BAR") : (given ?? "–"));
  const set = useMutation(
    trpc.trust.setQuarantine.mutationOptions({
      onError: (error) => void toast(errorText(error)),
      onSettled: () => queryClient.invalidateQueries({ queryKey: trpc.trust.pathKey() }),
    }),
  );
  const putAside = (why: string) =>
    set.mutate(
      { raterId, quarantined: true, reason: why },
      {
        onSuccess() {
          setAsking(false);
          setReason("");
          toastWithUndo(t("done", { name }), {
            label: common("undo"),
            onClick: () => set.mutate({ raterId, quarantined: false, reason: t("undoReason") }),
          });
        },
      },
    );
  const release = () =>
    set.mutate(
      { raterId, quarantined: false, reason: t("releaseReason") },
      {
        onSuccess: () =>
          toastWithUndo(t("released", { name }), {
            label: common("undo"),
            onClick: () => set.mutate({ raterId, quarantined: true, reason: view.quarantineReason ?? t("undoReason") }),
          }),
      },
    );
  return (
    <Card title={t("title")} description={t("text")}>
      {view.quarantinedAt ? (
        <>
          <p className="mb-3 text-sm">
            {t.rich("is", {
              time: () => <RelativeTime date={view.quarantinedAt!} />,
              reason: reasonText(view.quarantineReason),
            })}
          </p>
          <div className="flex flex-wrap gap-2">
            <Button busy={set.isPending} onClick={release}>
              {t("release")}
            </Button>
            <Button asChild variant="ghost">
              <Link href="/admin/audit">{t("audit")}</Link>
            </Button>
          </div>
        </>
      ) : (
        <Button variant="danger" onClick={() => setAsking(true)}>
          {t("act")}
        </Button>
      )}
      <Dialog
        open={asking}
        onOpenChange={setAsking}
        title={t("ask", { name })}
        description={t("text")}
        footer={
          <>
            <Button onClick={() => setAsking(false)}>{common("cancel")}</Button>
            <Button
              variant="danger"
              disabled={!reason.trim()}
              busy={set.isPending}
              onClick={() => putAside(reason.trim())}
            >
              {t("act")}
            </Button>
          </>
        }
      >
        <Field label={t("reason")} hint={t("reasonHint")}>
          <Textarea autoFocus maxLength={500} value={reason} onChange={(event) => setReason(event.target.value)} />
        </Field>
      </Dialog>
    </Card>
  );
}
