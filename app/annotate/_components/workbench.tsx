// Brings one task after another: asks for the next, hands in what was said of it, undoes, and says why there is none.
"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { ErrorState } from "../../_components/ui/error-state.tsx";
import { Skeleton, SkeletonText } from "../../_components/ui/skeleton.tsx";
import { toast } from "../../_components/ui/toast.tsx";
import { useErrorText } from "../../_lib/error-text.ts";
import { type Outputs, useTRPC, useTRPCClient } from "../../_lib/trpc.ts";
import { forget } from "../_lib/kept.ts";
import { useKeys } from "../_lib/keys.ts";
import { NoTask } from "./no-task.tsx";
import { useProgress } from "./progress-bar.tsx";
import { Task } from "./task.tsx";

type NextTask = Outputs["annotation"]["next"];
export type TaskView = NonNullable<NextTask["task"]>;

/** While there is nothing to do, the page looks again by itself. */
const LOOK_AGAIN_MS = 20_000;
const KEY = ["annotation", "task"];

type WorkbenchProps = { onGuidelines: () => void; onHelp: () => void };

export function Workbench({ onGuidelines, onHelp }: WorkbenchProps) {
  const t = useTranslations("annotate");
  const trpc = useTRPC();
  const client = useTRPCClient();
  const queryClient = useQueryClient();
  const errorText = useErrorText();
  const progress = useProgress();
  const [announcement, setAnnouncement] = useState("");
  const query = useQuery({
    queryKey: KEY,
    // Asking lends the task, so it is a mutation that answers with the running lease where there is one.
    queryFn: () => client.annotation.next.mutate(),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    refetchInterval: ({ state }) => (state.data?.task === null ? LOOK_AGAIN_MS : false),
  });
  const undo = useMutation(
    trpc.annotation.undo.mutationOptions({
      onSuccess(next: NextTask) {
        if (next.task) forget(next.task.replies.map(({ messageId }) => messageId));
        queryClient.setQueryData<NextTask>(KEY, next);
        setAnnouncement(t("undone"));
      },
      onError: (error) => toast(errorText(error)),
      onSettled: () => queryClient.invalidateQueries({ queryKey: trpc.annotation.progress.queryKey() }),
    }),
  );

  async function goOn(said: string): Promise<void> {
    setAnnouncement(said);
    await Promise.all([
      query.refetch(),
      queryClient.invalidateQueries({ queryKey: trpc.annotation.progress.queryKey() }),
    ]);
    window.scrollTo({ top: 0 });
  }

  const canUndo = progress.data?.canUndo === true && !undo.isPending;
  const undoLast = () => canUndo && undo.mutate();
  function content() {
    if (query.error && !query.data) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
    if (!query.data) return <TaskSkeleton />;
    if (!query.data.task) {
      return (
        <>
          <NoTask
            why={query.data.why}
            looking={query.isFetching}
            onLook={() => void query.refetch()}
            onUndo={canUndo ? undoLast : null}
          />
          <IdleKeys onUndo={undoLast} onGuidelines={onGuidelines} onHelp={onHelp} />
        </>
      );
    }
    return (
      <Task
        key={query.data.task.assignmentId}
        task={query.data.task}
        onDone={goOn}
        onUndo={canUndo ? undoLast : null}
        onGuidelines={onGuidelines}
        onHelp={onHelp}
      />
    );
  }
  return (
    <>
      {content()}
      <p role="status" className="sr-only">
        {announcement}
      </p>
    </>
  );
}

type IdleKeysProps = { onUndo: () => void; onGuidelines: () => void; onHelp: () => void };

/** The keys that work without a task. */
function IdleKeys({ onUndo, onGuidelines, onHelp }: IdleKeysProps) {
  useKeys({
    replies: 0,
    mode: "all",
    onKey({ act }) {
      if (act === "undo") onUndo();
      if (act === "guidelines") onGuidelines();
      if (act === "help") onHelp();
    },
  });
  return null;
}

function TaskSkeleton() {
  const t = useTranslations("common");
  return (
    <div role="status" aria-label={t("loading")} className="mx-auto w-full max-w-5xl space-y-6 px-4 py-6">
      <SkeletonText lines={2} className="max-w-xl" />
      <div className="grid gap-4 md:grid-cols-2">
        {["a", "b", "c", "d"].map((key) => (
          <Skeleton key={key} className="h-48" />
        ))}
      </div>
    </div>
  );
}
