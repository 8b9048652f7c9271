// The work on one task: its draft, kept through reloads, its clock, its lease, and how it ends.
"use client";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useReducer, useRef, useState } from "react";
import { toast } from "../../_components/ui/toast.tsx";
import { useErrorText } from "../../_lib/error-text.ts";
import { errorCode } from "../../_lib/errors.ts";
import { type Inputs, type Outputs, useTRPC, useTRPCClient } from "../../_lib/trpc.ts";
import { type Change, changed, type Draft, draftOf, submission } from "./draft.ts";
import { forget, keep, readKept } from "./kept.ts";
import { useClock } from "./use-clock.ts";
import { useLease } from "./use-lease.ts";

type TaskView = NonNullable<Outputs["annotation"]["next"]["task"]>;
export type SkipReason = Inputs["annotation"]["skip"]["reason"];

/** Answers that say that the task is no longer ours. */
const GONE = ["LEASE_EXPIRED", "COMPARISON_CLOSED", "NOT_FOUND"] as const;
export type Gone = (typeof GONE)[number];

type TaskProps = { task: TaskView; onSubmitted: () => Promise<void>; onSkipped: () => Promise<void> };

export function useTask({ task, onSubmitted, onSkipped }: TaskProps) {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const errorText = useErrorText();
  const [{ ids, kept }] = useState(() => {
    const ids = task.replies.map(({ messageId }) => messageId);
    return { ids, kept: readKept(ids) };
  });
  const [draft, change] = useReducer(
    (before: Draft, next: Change) => changed(before, ids, next),
    kept?.draft ?? draftOf(ids, task.previous),
  );
  const spent = useRef(kept?.seconds ?? 0);
  const seconds = useClock(spent);
  const [gone, setGone] = useState<Gone | null>(null);
  const done = useRef(false);

  const keepNow = useEffectEvent(() => {
    if (!done.current) keep(ids, { draft, seconds: spent.current });
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the draft is what is kept, by the effect event above
  useEffect(() => keepNow(), [draft]);
  useEffect(() => {
    const listener = () => keepNow();
    window.addEventListener("pagehide", listener);
    document.addEventListener("visibilitychange", listener);
    return () => {
      window.removeEventListener("pagehide", listener);
      document.removeEventListener("visibilitychange", listener);
    };
  }, []);

  /** True where an error says that the task is no longer ours. */
  function isGone(error: unknown): boolean {
    const code = GONE.find((known) => known === errorCode(error));
    if (code) setGone(code);
    return code !== undefined;
  }
  const onError = (error: unknown) => void (isGone(error) || toast(errorText(error)));
  const end = (then: () => Promise<void>) => () => {
    done.current = true;
    forget(ids);
    return then();
  };
  const submit = useMutation(trpc.annotation.submit.mutationOptions({ onError, onSuccess: end(onSubmitted) }));
  const skip = useMutation(trpc.annotation.skip.mutationOptions({ onError, onSuccess: end(onSkipped) }));
  const busy = submit.isPending || skip.isPending;

  useLease({
    active: !gone && !busy,
    // Any other failure of a renewal mends itself with the next one, or shows when the task is handed in.
    renew: () => client.annotation.renew.mutate({ assignmentId: task.assignmentId }).catch(isGone),
  });

  const ready = gone || busy ? null : submission(draft, ids);
  return {
    ids,
    draft,
    change,
    seconds,
    gone,
    ready,
    submitting: submit.isPending,
    skipping: skip.isPending,
    submit() {
      if (ready)
        submit.mutate({
          assignmentId: task.assignmentId,
          ...ready,
          durationMs: Math.round(spent.current * 1000),
        });
    },
    skip: (reason: SkipReason) => !busy && skip.mutate({ assignmentId: task.assignmentId, reason }),
  };
}
