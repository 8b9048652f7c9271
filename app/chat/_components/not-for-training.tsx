// Says in the header that nothing of this conversation is learned from, and changes that.
"use client";
import { ShieldCheck } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Button } from "../../_components/ui/button.tsx";
import { Popover } from "../../_components/ui/popover.tsx";
import { useTrainingChoice } from "../../_lib/use-training-choice.ts";
import type { Conversation } from "../_lib/types.ts";
import { useConversationActs } from "../_lib/use-conversation-acts.ts";

export function NotForTraining({ conversation }: { conversation: Conversation }) {
  const t = useTranslations("chat.training");
  const { account } = useTrainingChoice();
  const { setTraining } = useConversationActs();
  const wholly = account?.trainingOptOut === true;
  if (!wholly && !conversation.trainingOptOut) return null;
  return (
    <Popover
      label={t("badge")}
      side="bottom"
      trigger={
        <button
          type="button"
          className="inline-flex h-7 shrink-0 items-center gap-1 rounded-md bg-sunken px-1.5 font-medium text-quiet text-xs hover:text-ink"
        >
          <ShieldCheck aria-hidden className="size-3.5" />
          {t("badge")}
        </button>
      }
    >
      <p>{t(wholly ? "aboutAll" : "about")}</p>
      {wholly ? (
        <Link href="/settings/privacy" className="mt-3 inline-block text-accent underline underline-offset-2">
          {t("openPrivacy")}
        </Link>
      ) : (
        <Button size="sm" className="mt-3" onClick={() => setTraining(conversation, false)}>
          {t("takeIn")}
        </Button>
      )}
    </Popover>
  );
}
