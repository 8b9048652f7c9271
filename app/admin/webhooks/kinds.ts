// The kinds of events that a webhook can be told of, and what each is called.
"use client";
import { useTranslations } from "next-intl";
import { EVENT_KINDS, type EventKind } from "../../../server/domain/views/watch.ts";

export type ChosenKind = Exclude<EventKind, "test">;

export const isChosen = (kind: EventKind): kind is ChosenKind => kind !== "test";
export const CHOICES = EVENT_KINDS.filter(isChosen);

/** What most people want to hear of: a run came to its end, a gate refused, something was taken back. */
export const USUAL: readonly ChosenKind[] = [
  "run.finished",
  "run.failed",
  "gate.refused",
  "gate.failed",
  "gate.undecided",
  "deployment.rolledBack",
  "canary.rolledBack",
  "arm.stopped",
];

export function useKindName(): (kind: EventKind) => string {
  const t = useTranslations("operations.kind") as unknown as { (key: string): string; has(key: string): boolean };
  // A key with a point in it would be a path.
  return (kind) => {
    const key = kind.replace(".", "_");
    return t.has(key) ? t(key) : kind;
  };
}
