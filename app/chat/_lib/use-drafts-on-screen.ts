// Which drafts of a conversation stand side by side on screen, which of them is looked at, and choosing among them.
"use client";
import { useState } from "react";
import { choosable, draftsInPlaceOf, goesOnFrom, repliesOf } from "./drafts.ts";
import type { DraftChoice, Drafts, Message } from "./types.ts";
import { useDraftChoice } from "./use-draft-choice.ts";

type DraftsOnScreen = {
  conversationId: string | null;
  messages: Message[];
  path: Message[];
  drafts: Drafts[];
  /** Called with the reply that a choice leads to. */
  onPicked: (conversationId: string, message: Message) => void;
};

export function useDraftsOnScreen({ conversationId, messages, path, drafts, onPicked }: DraftsOnScreen) {
  /** The Comparison that the reader opened again. */
  const [reopened, setReopened] = useState<string | null>(null);
  /** The draft whose tab is open. */
  const [lookedAt, look] = useState<string | null>(null);
  const { choose, withdraw } = useDraftChoice(conversationId, ({ comparisonId, choice }) => {
    setReopened((open) => (choice && open === comparisonId ? null : open));
    const picked = choice?.kind === "PICK" && messages.find(({ id }) => id === choice.messageId);
    if (picked && conversationId) onPicked(conversationId, picked);
  });

  const last = path.at(-1);
  const open = path
    .map((message) => draftsInPlaceOf(message.id, drafts, { last: message === last, reopened }))
    .findLast((found) => found !== null);
  const replies = open ? repliesOf(open, messages) : [];
  const may = choosable(replies);

  return {
    reopened,
    reopen: setReopened,
    lookedAt,
    look,
    choose,
    withdraw,
    /** Those that keys choose among. */
    replies,
    /** By key; false where there is nothing to choose yet. */
    press(choice: { place: number } | Exclude<DraftChoice["kind"], "PICK">): boolean {
      if (!open) return false;
      if (typeof choice === "string") {
        if (may.neither) choose(open, { kind: choice });
        return may.neither;
      }
      const messageId = replies[choice.place]?.id;
      const able = messageId !== undefined && may.pick.has(messageId);
      if (able) choose(open, { kind: "PICK", messageId });
      return able;
    },
    /** What the next prompt answers: the end of the path, or of drafts there the one that the reader looks at. */
    end: open && last && open.shown.includes(last.id) ? (goesOnFrom(replies, lookedAt) ?? last) : last,
  };
}
