// The messages on the chosen path, and at its end what was asked and is not confirmed yet.
"use client";
import { useTranslations } from "next-intl";
import { draftsInPlaceOf } from "../_lib/drafts.ts";
import { siblingsOf } from "../_lib/message-tree.ts";
import type { PendingAsk as Pending } from "../_lib/pending-asks.ts";
import type { DraftChoice, Drafts, Message } from "../_lib/types.ts";
import { DraftsPanel } from "./drafts-panel.tsx";
import { PendingAsk } from "./pending-ask.tsx";
import { PromptMessage } from "./prompt-message.tsx";
import { ReplyMessage } from "./reply-message.tsx";

type MessageListProps = {
  conversationId: string | null;
  messages: Message[];
  path: Message[];
  drafts: Drafts[];
  /** The Comparison whose drafts the reader opened again. */
  reopened: string | null;
  /** The draft whose tab is open, where drafts are in tabs. */
  lookedAt: string | null;
  pending: Pending | null;
  /** The reply whose feedback note is open. */
  noteFor: string | null;
  onNote: (messageId: string | null) => void;
  onChoose: (conversationId: string, message: Message) => void;
  onEnd: (message: Message) => void;
  onEdit: (prompt: Message, content: string) => void;
  onRegenerate: (reply: Message) => void;
  onCompare: (reply: Message) => void;
  onReopen: (comparisonId: string) => void;
  onLook: (messageId: string) => void;
  onDraft: (drafts: Drafts, choice: DraftChoice) => void;
  onWithdraw: (drafts: Drafts) => void;
  onStop: (messageId: string) => void;
  onRetry: () => void;
  onDismiss: () => void;
};

/** The part of the path that stays when a new branch grows from `parentId`. */
function upTo(path: Message[], parentId: string | null): Message[] {
  return path.slice(0, path.findIndex(({ id }) => id === parentId) + 1);
}

export function MessageList({ conversationId, messages, path, drafts, pending, noteFor, ...on }: MessageListProps) {
  const t = useTranslations("chat");
  const shown = pending ? upTo(path, pending.ask.parentId) : path;

  function reply(conversation: string, message: Message) {
    const last = message === shown.at(-1) && !pending;
    const beside = draftsInPlaceOf(message.id, drafts, { last, reopened: on.reopened });
    if (beside) {
      return (
        <DraftsPanel
          key={beside.comparisonId}
          drafts={beside}
          messages={messages}
          lookedAt={on.lookedAt}
          onLook={on.onLook}
          onChoose={(choice) => on.onDraft(beside, choice)}
          onWithdraw={() => on.onWithdraw(beside)}
          onStop={on.onStop}
          onEnd={on.onEnd}
        />
      );
    }
    return (
      <ReplyMessage
        key={message.id}
        conversationId={conversation}
        message={message}
        siblings={siblingsOf(messages, message)}
        drafts={drafts}
        onChoose={(sibling) => on.onChoose(conversation, sibling)}
        noteOpen={noteFor === message.id}
        onNote={(open) => on.onNote(open ? message.id : null)}
        onEnd={on.onEnd}
        onRegenerate={on.onRegenerate}
        onCompare={on.onCompare}
        onReopen={on.onReopen}
      />
    );
  }

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
          ) : (
            message.role === "ASSISTANT" && reply(conversationId, message)
          ),
        )}
      {pending && <PendingAsk pending={pending} onRetry={on.onRetry} onDismiss={on.onDismiss} />}
    </section>
  );
}
