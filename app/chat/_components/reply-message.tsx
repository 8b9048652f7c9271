// One reply: its words as they come, what went wrong if anything did, and its foot.
"use client";
import { useTranslations } from "next-intl";
import { Markdown } from "../../_components/markdown.tsx";
import { Button } from "../../_components/ui/button.tsx";
import { Notice } from "../../_components/ui/notice.tsx";
import { isRunning, type Message } from "../_lib/types.ts";
import { useFeedback } from "../_lib/use-feedback.ts";
import { useReplyStream } from "../_lib/use-reply-stream.ts";
import { FeedbackNote } from "./feedback-note.tsx";
import { ReplyFoot } from "./reply-foot.tsx";
import { Thinking } from "./thinking.tsx";

type ReplyMessageProps = {
  conversationId: string;
  message: Message;
  siblings: Message[];
  noteOpen: boolean;
  onNote: (open: boolean) => void;
  onChoose: (message: Message) => void;
  onEnd: (message: Message) => void;
  onRegenerate: (message: Message) => void;
};

export function ReplyMessage(props: ReplyMessageProps) {
  const { conversationId, message, siblings, noteOpen, onNote, onChoose, onEnd, onRegenerate } = props;
  const t = useTranslations("chat");
  const { text, connected } = useReplyStream(message, onEnd);
  const feedback = useFeedback(conversationId, message);
  const running = isRunning(message);
  const takeBack = () => {
    feedback.clear();
    onNote(false);
  };
  const shown = running ? text : message.content;

  return (
    <article aria-label={t("reply")} aria-busy={running} className="space-y-2">
      {shown ? <Markdown text={shown} streaming={running} /> : running && <Thinking />}
      {running && !connected && (
        <Notice role="status" tone="warning">
          {t("reconnecting")}
        </Notice>
      )}
      <ReplyOutcome message={message} onRegenerate={() => onRegenerate(message)} />
      {!running && (
        <ReplyFoot
          message={message}
          siblings={siblings}
          onChoose={onChoose}
          onRate={(value) => {
            feedback.set({ value });
            onNote(true);
          }}
          onClearRating={takeBack}
          onRegenerate={() => onRegenerate(message)}
        />
      )}
      {noteOpen && message.feedback && (
        <FeedbackNote
          feedback={message.feedback}
          onChange={(reasons, comment) => feedback.set({ value: -1, reasons, comment: comment || undefined })}
          onUndo={takeBack}
          onClose={() => onNote(false)}
        />
      )}
    </article>
  );
}

/** Says why a reply ended early. A reply that its reader stopped has no error and says only that. */
function ReplyOutcome({ message, onRegenerate }: { message: Message; onRegenerate: () => void }) {
  const t = useTranslations("chat");
  const reason = useTranslations("errors");
  if (message.endReason === "LENGTH") return <p className="text-faint text-sm">{t("cutOff")}</p>;
  if (message.status === "INTERRUPTED" && !message.error) return <p className="text-faint text-sm">{t("stopped")}</p>;
  if (message.status !== "INTERRUPTED" && message.status !== "FAILED") return null;
  return (
    <Notice
      role="alert"
      tone={message.status === "FAILED" ? "danger" : "warning"}
      action={
        <Button size="sm" onClick={onRegenerate}>
          {t("tryAgain")}
        </Button>
      }
    >
      {t(message.status === "FAILED" ? "failed" : "interrupted")} {message.error && reason(message.error)}
    </Notice>
  );
}
