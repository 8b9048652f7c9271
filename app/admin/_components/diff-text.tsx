// A text with the words marked that the text beside it does not have.
import { cn } from "../../_lib/cn.ts";
import type { Piece } from "../_lib/word-diff.ts";

const MARKS = {
  chosen: "bg-chosen-soft decoration-chosen",
  rejected: "bg-rejected-soft decoration-rejected decoration-dotted",
  live: "bg-sunken decoration-faint decoration-dotted",
  candidate: "bg-candidate-soft decoration-candidate",
} as const;

export function DiffText({ pieces, tone }: { pieces: readonly Piece[]; tone: keyof typeof MARKS }) {
  return pieces.map((piece, i) =>
    piece.changed ? (
      <mark
        // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a text never change their place
        key={i}
        className={cn("rounded-sm text-inherit underline decoration-2 underline-offset-2", MARKS[tone])}
      >
        {piece.text}
      </mark>
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a text never change their place
      <span key={i}>{piece.text}</span>
    ),
  );
}
