// The quiet line under a reply that stood beside others: what was chosen, with the way back to the choice.
"use client";
import { useTranslations } from "next-intl";
import { letterOf } from "../_lib/drafts.ts";
import type { Drafts } from "../_lib/types.ts";

type DraftVerdictProps = { drafts: Drafts; messageId: string; onReopen: () => void };

export function DraftVerdict({ drafts: { shown, choice }, messageId, onReopen }: DraftVerdictProps) {
  const t = useTranslations("chat.drafts");
  const said = !choice
    ? "open"
    : choice.kind === "PICK"
      ? choice.messageId === messageId
        ? "picked"
        : "passedOver"
      : choice.kind;
  return (
    <p className="text-quiet text-sm">
      {t(`verdict.${said}`, { letter: letterOf(shown.indexOf(messageId)), count: shown.length })}{" "}
      <button type="button" className="rounded-sm text-accent underline underline-offset-2" onClick={onReopen}>
        {t(choice ? "change" : "compare")}
      </button>
    </p>
  );
}
