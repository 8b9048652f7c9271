// A run followed live: its details, its figures step by step, and whether the line to the server stands.
"use client";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useSubscription } from "@trpc/tanstack-react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { type MetricRow, mergeRows } from "../../../_components/charts/columns.ts";
import { type Outputs, useTRPC } from "../../../_lib/trpc.ts";

export type RunDetails = Outputs["run"]["get"];

export function useRun(id: string) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const details = useQuery(trpc.run.get.queryOptions({ id }));
  const { rows, add } = useRows();
  const known = details.data !== undefined;
  const subscription = useSubscription(
    trpc.run.metrics.subscriptionOptions(
      { id },
      {
        enabled: known,
        onData: ({ data }) => {
          if (data.type === "step") {
            add({ step: data.step, values: data.values });
            return;
          }
          const before = queryClient.getQueryData(trpc.run.get.queryKey({ id }));
          queryClient.setQueryData(trpc.run.get.queryKey({ id }), (old) => old && { ...old, ...data.run });
          // A run that ends has made or lost its adapter: what hangs on that is asked for anew.
          if (before && before.status !== data.run.status) {
            for (const queryKey of [
              trpc.run.get.queryKey({ id }),
              trpc.run.logs.pathKey(),
              trpc.run.samples.pathKey(),
              trpc.overview.pathKey(),
              trpc.adapter.pathKey(),
            ]) {
              void queryClient.invalidateQueries({ queryKey });
            }
          }
        },
      },
    ),
  );
  const { status } = subscription;
  return {
    details,
    rows,
    /** The rows there already are have not arrived yet. */
    arriving: rows.length === 0 && (status === "connecting" || status === "pending"),
    broken: rows.length > 0 && (status === "connecting" || status === "error"),
  };
}

/** Rows gathered and handed on once per frame: the beginning of a long run arrives as thousands of rows at once. */
function useRows() {
  const [rows, setRows] = useState<readonly MetricRow[]>([]);
  const waiting = useRef<MetricRow[]>([]);
  const frame = useRef(0);
  const add = useCallback((row: MetricRow) => {
    waiting.current.push(row);
    if (frame.current !== 0) return;
    frame.current = requestAnimationFrame(() => {
      frame.current = 0;
      const added = waiting.current;
      waiting.current = [];
      setRows((known) => mergeRows(known, added));
    });
  }, []);
  useEffect(
    () => () => {
      cancelAnimationFrame(frame.current);
      frame.current = 0;
    },
    [],
  );
  return { rows, add };
}
