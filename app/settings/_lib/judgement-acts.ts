// Which acts take one of the viewer's judgements back and give it again; null where it is past taking back.
import type { Outputs } from "../../_lib/trpc.ts";

type MyJudgement = Outputs["feedback"]["mine"]["items"][number];
type Choice = { kind: "PICK"; messageId: string } | { kind: "TIE" | "BOTH_BAD" };

/** The procedures that judge, as promises. */
export interface Acts {
  set(input: { messageId: string; value: 1 | -1; reasons: string[]; comment: string | null }): Promise<unknown>;
  clear(input: { messageId: string }): Promise<unknown>;
  choose(input: { comparisonId: string; choice: Choice }): Promise<unknown>;
  unchoose(input: { comparisonId: string }): Promise<unknown>;
  edit(input: { messageId: string; content: string }): Promise<unknown>;
  withdrawEdit(input: { messageId: string }): Promise<unknown>;
}

interface Possible {
  withdraw: () => Promise<unknown>;
  /** Null where the view does not hold enough to say it again. */
  giveAgain: (() => Promise<unknown>) | null;
}

export function actsOn(judgement: MyJudgement, acts: Acts): Possible | null {
  const { kind, messageId, comparisonId, value, reasons, comment, edited } = judgement;
  if (kind === "FEEDBACK" && messageId) {
    return {
      withdraw: () => acts.clear({ messageId }),
      giveAgain: value && (() => acts.set({ messageId, value, reasons, comment })),
    };
  }
  if (kind === "EDIT" && messageId) {
    return {
      withdraw: () => acts.withdrawEdit({ messageId }),
      giveAgain: edited ? () => acts.edit({ messageId, content: edited }) : null,
    };
  }
  if (kind === "CHOICE" && comparisonId) {
    const choice = choiceOf(judgement);
    return {
      withdraw: () => acts.unchoose({ comparisonId }),
      giveAgain: choice && (() => acts.choose({ comparisonId, choice })),
    };
  }
  // An annotator's ranking is undone where it was made, while it is fresh.
  return null;
}

function choiceOf({ choice, messageId }: MyJudgement): Choice | null {
  if (choice === null) return null;
  if (choice !== "PICK") return { kind: choice };
  return messageId ? { kind: choice, messageId } : null;
}
