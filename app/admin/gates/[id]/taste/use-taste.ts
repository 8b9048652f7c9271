// The blind taste test as it goes: which pair is asked about, what was chosen before, and the way back to the last one.
"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { TasteTask } from "../../../../../server/domain/views/gate.ts";
import { toast } from "../../../../_components/ui/toast.tsx";
import { useErrorText } from "../../../../_lib/error-text.ts";
import { useTRPC } from "../../../../_lib/trpc.ts";
import type { Choice } from "../../_lib/taste.ts";

export function useTaste(gateId: string) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const errorText = useErrorText();
  const options = trpc.gate.tasteNext.queryOptions({ gateId }, { staleTime: Number.POSITIVE_INFINITY, gcTime: 0 });
  const next = useQuery(options);
  /** The pair answered last, to go back to; and whether one has. */
  const [last, setLast] = useState<TasteTask | null>(null);
  const [again, setAgain] = useState(false);
  const [stopped, setStopped] = useState(false);
  const task = again ? last : (next.data ?? null);

  const choose = useMutation(
    trpc.gate.taste.mutationOptions({
      onSuccess: ({ next: following }) => {
        setLast(task);
        setAgain(false);
        queryClient.setQueryData(options.queryKey, following);
        window.scrollTo({ top: 0 });
      },
      onError: (error) => toast(errorText(error)),
      onSettled: () =>
        Promise.all(
          [trpc.gate.get.queryKey({ id: gateId }), trpc.gate.tasteResult.queryKey({ gateId })].map((queryKey) =>
            queryClient.invalidateQueries({ queryKey }),
          ),
        ),
    }),
  );
  return {
    next,
    task,
    over: stopped || (next.isSuccess && task === null),
    choosing: choose.isPending ? choose.variables.choice : null,
    choose: (choice: Choice) => {
      if (task && !choose.isPending) choose.mutate({ gateId, ordinal: task.ordinal, choice });
    },
    back: last && !again ? () => setAgain(true) : null,
    stop: () => setStopped(true),
    goOn: () => setStopped(false),
  };
}
