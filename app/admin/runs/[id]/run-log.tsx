// The tail of a run's log, growing while the run goes on; it follows the newest line unless one scrolled away from it.
"use client";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { useEffect, useRef } from "react";
import { Card } from "../../../_components/ui/card.tsx";
import { cn } from "../../../_lib/cn.ts";
import { type Outputs, useTRPC, useTRPCClient } from "../../../_lib/trpc.ts";
import { QueryView } from "../../_components/query-view.tsx";
import { isOver } from "../../_lib/run-states.ts";
import type { RunDetails } from "./use-run.ts";

type LogLine = Outputs["run"]["logs"][number];

const REFRESH_MS = 2_000;

/** Everything known so far plus what came since; asks only for the new lines. */
function useLog(run: RunDetails) {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const queryClient = useQueryClient();
  const queryKey = trpc.run.logs.queryKey({ id: run.id });
  return useQuery({
    queryKey,
    queryFn: async (): Promise<LogLine[]> => {
      const known = queryClient.getQueryData<LogLine[]>(queryKey) ?? [];
      return [...known, ...(await client.run.logs.query({ id: run.id, after: known.at(-1)?.id }))];
    },
    refetchInterval: isOver(run.status) ? false : REFRESH_MS,
  });
}

export function RunLog({ run }: { run: RunDetails }) {
  const t = useTranslations("admin.run");
  const query = useLog(run);
  return (
    <Card title={t("log")}>
      <QueryView query={query}>{(lines) => <LogLines lines={lines} />}</QueryView>
    </Card>
  );
}

function LogLines({ lines }: { lines: readonly LogLine[] }) {
  const t = useTranslations("admin.run");
  const format = useFormatter();
  const box = useRef<HTMLElement>(null);
  const following = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new line is what moves the box
  useEffect(() => {
    if (following.current) box.current?.scrollTo({ top: box.current.scrollHeight });
  }, [lines.length]);
  if (lines.length === 0) return <p className="text-quiet text-sm">{t("logEmpty")}</p>;
  return (
    <section
      ref={box}
      aria-label={t("log")}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard (WCAG 2.1.1)
      tabIndex={0}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        following.current = scrollHeight - scrollTop - clientHeight < 24;
      }}
      className="max-h-72 overflow-auto rounded-lg bg-sunken p-3 font-mono text-xs leading-5 print:max-h-none"
    >
      {lines.map((line) => (
        <p key={line.id} className="whitespace-pre-wrap break-words">
          <span className="text-quiet">{format.dateTime(line.at, { timeStyle: "medium" })} </span>
          {line.level !== "INFO" && (
            <span className={cn("font-medium", line.level === "ERROR" ? "text-danger" : "text-rejected")}>
              {line.level}{" "}
            </span>
          )}
          {line.text}
        </p>
      ))}
    </section>
  );
}
