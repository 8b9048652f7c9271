// What was asked and is not confirmed yet: the prompt as it will stand, and either dots or what went wrong.
"use client";
import { useTranslations } from "next-intl";
import { Button } from "../../_components/ui/button.tsx";
import { Notice } from "../../_components/ui/notice.tsx";
import { useErrorText } from "../../_lib/error-text.ts";
import type { PendingAsk as Pending } from "../_lib/pending-asks.ts";
import { PromptBubble } from "./prompt-message.tsx";
import { Thinking } from "./thinking.tsx";

type PendingAskProps = { pending: Pending; onRetry: () => void; onDismiss: () => void };

export function PendingAsk({ pending: { ask, error }, onRetry, onDismiss }: PendingAskProps) {
  const t = useTranslations("chat");
  const errorText = useErrorText();
  return (
    <div className="space-y-6">
      {ask.kind === "send" && <PromptBubble content={ask.content} />}
      {error ? (
        <Notice
          role="alert"
          tone="danger"
          action={
            <span className="flex gap-2">
              <Button size="sm" variant="ghost" onClick={onDismiss}>
                {t(ask.kind === "send" ? "backToComposer" : "dismiss")}
              </Button>
              <Button size="sm" onClick={onRetry}>
                {t("tryAgain")}
              </Button>
            </span>
          }
        >
          {t(ask.kind === "send" ? "notSent" : "notRegenerated")} {errorText(error)}
        </Notice>
      ) : (
        <Thinking />
      )}
    </div>
  );
}
