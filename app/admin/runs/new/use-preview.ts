// The dry run of what the form says, asked for again once typing pauses.
"use client";
import { skipToken, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTRPC } from "../../../_lib/trpc.ts";
import type { Plan } from "./use-run-form.ts";

const PAUSE_MS = 350;

/** @param plan null while there is nothing to plan with */
export function usePreview(plan: Plan | null) {
  const trpc = useTRPC();
  const settled = JSON.parse(useSettled(JSON.stringify(plan))) as Plan | null;
  return useQuery(
    trpc.run.preview.queryOptions(settled ?? skipToken, {
      // While a number is typed the last plan stays in sight; the plan of another method or data would mislead.
      placeholderData: (shown, query) => {
        const before = query?.queryKey[1]?.input as Partial<Plan> | undefined;
        const alike = settled !== null && same(before?.method, settled.method) && same(before?.source, settled.source);
        return alike ? shown : undefined;
      },
    }),
  );
}

export type Preview = ReturnType<typeof usePreview>;

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** `text` as it was when it last stood still for a moment. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
