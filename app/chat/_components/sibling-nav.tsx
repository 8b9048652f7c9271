// ‹2/3›: steps through the replies to one prompt, or the versions of one prompt.
"use client";
import { ChevronLeft, ChevronRight } from "lucide-react";
import { IconButton } from "../../_components/ui/icon-button.tsx";
import type { Message } from "../_lib/types.ts";

type SiblingNavProps = {
  message: Message;
  siblings: Message[];
  previousLabel: string;
  nextLabel: string;
  onChoose: (message: Message) => void;
};

export function SiblingNav({ message, siblings, previousLabel, nextLabel, onChoose }: SiblingNavProps) {
  if (siblings.length < 2) return null;
  const index = siblings.findIndex(({ id }) => id === message.id);
  const previous = siblings[index - 1];
  const next = siblings[index + 1];
  return (
    <span className="inline-flex items-center">
      <IconButton size="sm" label={previousLabel} disabled={!previous} onClick={() => previous && onChoose(previous)}>
        <ChevronLeft />
      </IconButton>
      <span className="min-w-7 text-center text-quiet text-xs tabular-nums">
        {index + 1}/{siblings.length}
      </span>
      <IconButton size="sm" label={nextLabel} disabled={!next} onClick={() => next && onChoose(next)}>
        <ChevronRight />
      </IconButton>
    </span>
  );
}
