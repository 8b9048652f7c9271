// The messages on the chosen path, and at its end what was asked and is not confirmed yet.
"use client";
import { useTranslations } from "next-intl";
import { siblingsOf } from "../_lib/message-tree.ts";
import type { PendingAsk as Pending } from "../_lib/pending-asks.ts";
import type { Message } from "../_lib/types.ts";
import { PendingAsk } from "./pending-ask.tsx";
import { PromptMessage } from "./prompt-message.tsx";
import { ReplyMessage } from "./reply-message.tsx";

type MessageListProps = {
  conversationId: string | null;
  messages: Message[];
  path: Message[];
  pending: Pending | null;
  /** The reply whose feedback note is open. */
  noteFor: string | null;
  onNote: (messageId: string | null) => void;
  onChoose: (conversationId: string, message: Message) => void;
  onEnd: (message: Message) => void;
  onEdit: (prompt: Message, content: string) => void;
  onRegenerate: (reply: Message) => void;
  onRetry: () => void;
  onDismiss: () => void;
};

/** The part of the path that stays when a new branch grows from `parentId`. */
function upTo(path: Message[], parentId: string | null): Message[] {
  return path.slice(0, path.findIndex(({ id }) => id === parentId) + 1);
}

export function MessageList({ conversationId, messages, path, pending, noteFor, ...on }: MessageListProps) {
  const t = useTranslations("chat");
  const shown = pending ? upTo(path, pending.ask.parentId) : path;
  return (
    <section aria-label={t("messages")} className="space-y-5 py-6">
      {conversationId !== null &&
        shown.map((message) =>
          message.role === "USER" ? (
            <PromptMessage
              key={message.id}
              message={message}
              siblings={siblingsOf(messages, message)}
              onChoose={(sibling) => on.onChoose(conversationId, sibling)}
              onEdit={(content) => on.onEdit(message, content)}
            />
          ) : message.role === "ASSISTANT" ? (
            <ReplyMessage
              key={message.id}
              conversationId={conversationId}
              message={message}
              siblings={siblingsOf(messages, message)}
              onChoose={(sibling) => on.onChoose(conversationId, sibling)}
              noteOpen={noteFor === message.id}
              onNote={(open) => on.onNote(open ? message.id : null)}
              onEnd={on.onEnd}
              onRegenerate={on.onRegenerate}
            />
          ) : null,
        )}
      {pending && <PendingAsk pending={pending} onRetry={on.onRetry} onDismiss={on.onDismiss} />}
    </section>
  );
}
