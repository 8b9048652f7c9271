// One task on screen: the prompt, its replies as cards, and the bar in which they are put in order.
"use client";
import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";
import { Button } from "../../_components/ui/button.tsx";
import { Notice } from "../../_components/ui/notice.tsx";
import { type Change, rewritable } from "../_lib/draft.ts";
import { keepMode, type Mode, readMode } from "../_lib/kept.ts";
import { type Key, letterOf, useKeys } from "../_lib/keys.ts";
import { pairwise } from "../_lib/pairwise.ts";
import { tiersOf } from "../_lib/places.ts";
import { type Target, useDrag } from "../_lib/use-drag.ts";
import { useTask } from "../_lib/use-task.ts";
import { ActionBar } from "./action-bar.tsx";
import { Board, FloatingChip } from "./board.tsx";
import { NoteField } from "./note-field.tsx";
import { QuestionBar } from "./question-bar.tsx";
import { ReplyCard } from "./reply-card.tsx";
import { SkipDialog } from "./skip-dialog.tsx";
import { TaskHead } from "./task-head.tsx";
import type { TaskView } from "./workbench.tsx";

type TaskProps = {
  task: TaskView;
  /** `said` tells a screen reader what happened. */
  onDone: (said: string) => Promise<void>;
  /** Null while there is nothing to undo. */
  onUndo: (() => void) | null;
  onGuidelines: () => void;
  onHelp: () => void;
};

export function Task({ task, onDone, onUndo, onGuidelines, onHelp }: TaskProps) {
  const t = useTranslations("annotate");
  const work = useTask({ task, onSubmitted: () => onDone(t("submitted")), onSkipped: () => onDone(t("skipped")) });
  const { ids, draft, change } = work;
  const [mode, setMode] = useState<Mode>(readMode);
  const [skipping, setSkipping] = useState(false);
  const [said, setSaid] = useState("");
  /** The letter in the bar that had the focus when a key moved it to another place, where it is drawn anew. */
  const follow = useRef<string | null>(null);
  const next = pairwise(ids, draft.answers);
  const question =
    mode === "pairs" && ids.length > 2 && !work.ready && !draft.allBad && "ask" in next ? next.ask : null;
  const letter = (id: string) => letterOf(ids.indexOf(id));

  // biome-ignore lint/correctness/useExhaustiveDependencies: the focus follows a letter each time places change
  useEffect(() => {
    if (follow.current) document.querySelector<HTMLElement>(`[data-chip="${follow.current}"]`)?.focus();
    follow.current = null;
  }, [draft.places]);

  /** Moves a reply, and says where it stands now. */
  function move(made: Change & { id: string }): void {
    if (document.activeElement?.getAttribute("data-chip") === made.id) follow.current = made.id;
    change(made);
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: said once per arrangement, whatever else is drawn anew
  useEffect(() => {
    const tiers = tiersOf(draft.places, ids).map((tier) => tier.map(letter).join(" = "));
    setSaid(tiers.length > 0 ? t("order", { order: tiers.join(", ") }) : "");
  }, [draft.places]);

  const { drag, grip } = useDrag({
    onDrop(id: string, target: Target) {
      if (target.kind === "tray") move({ type: "put", id, place: null });
      else if (target.kind === "place") move({ type: "put", id, place: target.at });
      else move({ type: "insert", id, before: target.at });
    },
  });

  function changeMode(to: Mode): void {
    setMode(to);
    keepMode(to);
  }
  function rewriteBest(): void {
    const best = rewritable(draft, ids);
    const id = best.includes(draft.active) ? draft.active : best[0];
    if (!id || work.gone) return;
    if (draft.rewrite?.messageId !== id) startRewrite(id);
    document.querySelector<HTMLElement>(`#reply-${id} textarea`)?.focus();
  }
  function startRewrite(id: string): void {
    const content = task.replies.find(({ messageId }) => messageId === id)?.content ?? "";
    change({ type: "rewrite", rewrite: { messageId: id, content } });
  }
  function onKey(key: Key): void {
    const id = draft.active;
    if (key.act === "reply") {
      change({ type: "activate", id: ids[key.index]! });
      document.getElementById(`reply-${ids[key.index]}`)?.scrollIntoView({ block: "nearest" });
    } else if (key.act === "place") move({ type: "put", id, place: key.place, next: true });
    else if (key.act === "step") move({ type: "step", id, by: key.by });
    else if (key.act === "left" || key.act === "right" || key.act === "tie")
      change({ type: "answer", answer: key.act });
    else if (key.act === "back") {
      if (mode === "pairs" && draft.answers.length > 0) change({ type: "takeBackAnswer" });
      else move({ type: "put", id, place: null });
    } else if (key.act === "allBad") change({ type: "allBad", allBad: !draft.allBad });
    else if (key.act === "submit") work.submit();
    else if (key.act === "skip") setSkipping(!work.gone);
    else if (key.act === "undo") onUndo?.();
    else if (key.act === "mode") changeMode(mode === "all" ? "pairs" : "all");
    else if (key.act === "rewrite") rewriteBest();
    else if (key.act === "guidelines") onGuidelines();
    else onHelp();
  }
  useKeys({ replies: ids.length, mode: question ? "pairs" : "all", onKey });

  const shown = question ? [question.left, question.right] : ids;
  return (
    <>
      <div className="mx-auto w-full max-w-5xl flex-1 px-4 pt-5 pb-8">
        {work.gone && (
          <Notice
            tone="warning"
            role="alert"
            className="mb-4"
            action={
              <Button size="sm" onClick={() => void onDone(t("goOn"))}>
                {t("goOn")}
              </Button>
            }
          >
            {t(`gone.${work.gone}`)}
          </Notice>
        )}
        <TaskHead prompt={task.prompt} mode={ids.length > 2 ? mode : null} onMode={changeMode} seconds={work.seconds} />
        <ol className="mt-4 grid items-start gap-4 md:grid-cols-2">
          {shown.map((id) => (
            <li key={id} className="min-w-0">
              <ReplyCard
                id={id}
                letter={letter(id)}
                content={task.replies.find(({ messageId }) => messageId === id)!.content}
                draft={draft}
                most={ids.length}
                asking={question !== null}
                rewritable={rewritable(draft, ids).includes(id)}
                grip={grip(id)}
                onChange={(made) => ("id" in made ? move(made) : change(made))}
                onRewrite={() => startRewrite(id)}
              />
            </li>
          ))}
        </ol>
        <NoteField comment={draft.comment} onComment={(comment) => change({ type: "comment", comment })} />
      </div>
      <div className="sticky bottom-0 z-10 border-t bg-canvas pb-[env(safe-area-inset-bottom)]">
        <div className="mx-auto w-full max-w-5xl space-y-2 px-4 py-2.5">
          {question ? (
            <QuestionBar
              question={question}
              letter={letter}
              asked={draft.answers.length}
              onAnswer={(answer) => change({ type: "answer", answer })}
              onBack={draft.answers.length > 0 ? () => change({ type: "takeBackAnswer" }) : null}
            />
          ) : (
            <Board ids={ids} draft={draft} drag={drag} grip={grip} letter={letter} onChange={move} />
          )}
          <ActionBar
            allBad={draft.allBad}
            ready={work.ready !== null}
            submitting={work.submitting}
            gone={work.gone !== null}
            asking={question !== null}
            onAllBad={(allBad) => change({ type: "allBad", allBad })}
            onSubmit={work.submit}
            onSkip={() => setSkipping(true)}
            onUndo={onUndo}
            onTakeBack={
              mode === "pairs" && !question && draft.answers.length > 0
                ? () => change({ type: "takeBackAnswer" })
                : null
            }
          />
        </div>
      </div>
      {drag && <FloatingChip drag={drag} letter={letter(drag.id)} />}
      <SkipDialog open={skipping} onOpenChange={setSkipping} busy={work.skipping} onSkip={work.skip} />
      <p role="status" className="sr-only">
        {said}
      </p>
    </>
  );
}
