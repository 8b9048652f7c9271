// One reply: its words, what was chosen where it stood beside others, its foot, and what its reader says about it.
"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "../../_components/ui/button.tsx";
import { draftsOf, isBlind } from "../_lib/drafts.ts";
import { type Drafts, isRunning, type Message } from "../_lib/types.ts";
import { useFeedback } from "../_lib/use-feedback.ts";
import { useReplyEdit } from "../_lib/use-reply-edit.ts";
import { DraftVerdict } from "./draft-verdict.tsx";
import { FeedbackNote } from "./feedback-note.tsx";
import { ReplyBody } from "./reply-body.tsx";
import { ReplyEditor } from "./reply-editor.tsx";
import { ReplyFoot } from "./reply-foot.tsx";

type ReplyMessageProps = {
  conversationId: string;
  message: Message;
  siblings: Message[];
  drafts: Drafts[];
  noteOpen: boolean;
  onNote: (open: boolean) => void;
  onChoose: (message: Message) => void;
  onEnd: (message: Message) => void;
  onRegenerate: (message: Message) => void;
  onCompare: (message: Message) => void;
  onReopen: (comparisonId: string) => void;
};

export function ReplyMessage({ conversationId, message, drafts, noteOpen, onNote, ...on }: ReplyMessageProps) {
  const t = useTranslations("chat");
  const feedback = useFeedback(conversationId, message);
  const edit = useReplyEdit(conversationId, message, on.onChoose);
  const [editing, setEditing] = useState(false);
  const running = isRunning(message);
  const beside = draftsOf(message.id, drafts);

  if (editing) {
    return (
      <ReplyEditor
        content={message.content}
        busy={edit.saving}
        onCancel={() => setEditing(false)}
        // What could not be kept stays in the field.
        onSubmit={async (content) => setEditing(!(await edit.save(content)))}
      />
    );
  }
  return (
    <article aria-label={t("reply")} aria-busy={running} className="space-y-2">
      <ReplyBody
        message={message}
        onEnd={on.onEnd}
        remedy={
          <Button size="sm" onClick={() => on.onRegenerate(message)}>
            {t("tryAgain")}
          </Button>
        }
      />
      {!running && (
        <ReplyFoot
          message={message}
          siblings={on.siblings}
          blind={isBlind(message.id, drafts)}
          noteOpen={noteOpen}
          onChoose={on.onChoose}
          onRate={(value) => {
            feedback.set({ value });
            onNote(true);
          }}
          onClearRating={() => {
            feedback.withdraw();
            onNote(false);
          }}
          onNote={() => onNote(true)}
          onRegenerate={() => on.onRegenerate(message)}
          onCompare={() => on.onCompare(message)}
          onEdit={() => setEditing(true)}
          onWithdrawEdit={edit.withdraw}
        />
      )}
      {beside && !running && (
        <DraftVerdict drafts={beside} messageId={message.id} onReopen={() => on.onReopen(beside.comparisonId)} />
      )}
      {noteOpen && message.feedback && (
        <FeedbackNote
          feedback={message.feedback}
          onChange={({ reasons, comment }) =>
            feedback.set({ value: message.feedback?.value ?? -1, reasons, comment: comment || undefined })
          }
          onUndo={() => {
            feedback.clear();
            onNote(false);
          }}
          onClose={() => onNote(false)}
        />
      )}
    </article>
  );
}
