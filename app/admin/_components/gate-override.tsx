// Why the gate does not let an adapter through, where to read more, and the reason that an admin gives to go on all the same.
"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Field } from "../../_components/ui/field.tsx";
import { Notice } from "../../_components/ui/notice.tsx";
import { Textarea } from "../../_components/ui/textarea.tsx";
import { useSentence } from "../../_lib/sentence.ts";
import type { Outputs } from "../../_lib/trpc.ts";

const LONGEST_REASON = 500;
/** As the server asks. */
const SHORTEST_REASON = 3;

type GateOverrideProps = {
  answer: Extract<Outputs["gate"]["mayGoLive"], { allowed: false }>;
  reason: string;
  onReason: (reason: string) => void;
  /** Says that the reason is missing. */
  tried: boolean;
};

export const isReason = (reason: string): boolean => reason.trim().length >= SHORTEST_REASON;

export function GateOverride({ answer, reason, onReason, tried }: GateOverrideProps) {
  const t = useTranslations("gate.override");
  const sentence = useSentence();
  return (
    <>
      <Notice tone="warning" role="status">
        {sentence(answer.reason)}{" "}
        {answer.gateId && (
          <Link href={`/admin/gates/${answer.gateId}`} className="underline underline-offset-2">
            {t("report")}
          </Link>
        )}
        {!answer.mayOverride && <span className="mt-1 block">{t("never")}</span>}
      </Notice>
      {answer.mayOverride && (
        <Field label={t("reason")} hint={t("hint")} error={tried && !isReason(reason) ? t("missing") : undefined}>
          <Textarea value={reason} maxLength={LONGEST_REASON} onChange={(event) => onReason(event.target.value)} />
        </Field>
      )}
    </>
  );
}
