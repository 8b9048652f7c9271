// Who is looking: one cached query, shared by every component that asks.
"use client";
import { useQuery } from "@tanstack/react-query";
import { type Outputs, useTRPC } from "./trpc.ts";

export type Viewer = NonNullable<Outputs["viewer"]["me"]>;

/** Null while it loads and for visitors. */
export function useViewer(): Viewer | null {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.viewer.me.queryOptions(undefined, { staleTime: 60_000 }));
  return data ?? null;
}
