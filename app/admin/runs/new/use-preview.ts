// The dry run of what the form says, asked for again once typing pauses.
"use client";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTRPC } from "../../../_lib/trpc.ts";
import type { Method } from "../../_lib/metrics.ts";

const PAUSE_MS = 350;

export function usePreview(method: Method, config: Readonly<Record<string, number>>) {
  const trpc = useTRPC();
  const settled = useSettled(JSON.stringify({ method, config }));
  const wanted = JSON.parse(settled) as { method: Method; config: Record<string, number> };
  return useQuery(
    trpc.run.preview.queryOptions(wanted, {
      // While a number is typed the last plan stays in sight; the plan of another method would mislead.
      placeholderData: (plan, query) => {
        const before = query?.queryKey[1]?.input as Partial<typeof wanted> | undefined;
        return before?.method === wanted.method ? plan : undefined;
      },
    }),
  );
}

export type Preview = ReturnType<typeof usePreview>;

/** `text` as it was when it last stood still for a moment. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
