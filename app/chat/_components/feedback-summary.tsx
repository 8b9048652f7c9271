// What was said about a reply besides the thumb, as the button that opens it again to be changed.
"use client";
import { MessageSquareText } from "lucide-react";
import { useTranslations } from "next-intl";
import type { Feedback } from "../_lib/types.ts";
import { useReasons } from "../_lib/use-reasons.ts";

/** More than this would push the rest of the foot to the next line. */
const SHOWN_CHARACTERS = 24;

export function FeedbackSummary({ feedback, onOpen }: { feedback: Feedback; onOpen: () => void }) {
  const t = useTranslations("chat.feedback");
  const { nameOf } = useReasons();
  const said = [...feedback.reasons.map(nameOf), ...(feedback.comment ? [`“${feedback.comment}”`] : [])].join(", ");
  const shown = said.length > SHOWN_CHARACTERS ? `${said.slice(0, SHOWN_CHARACTERS - 1)}…` : said;
  return (
    <button
      type="button"
      aria-label={said ? t("changeWhy", { said }) : t("sayWhy")}
      className="mr-1 inline-flex h-7 items-center gap-1.5 rounded-md px-1.5 text-quiet text-xs hover:bg-hover hover:text-ink"
      onClick={onOpen}
    >
      <MessageSquareText aria-hidden className="size-3.5" />
      {shown || t("sayWhy")}
    </button>
  );
}
