// Why there is no task, and what to do meanwhile.
"use client";
import {
  CircleCheck,
  Clock,
  type LucideIcon,
  MessagesSquare,
  PauseCircle,
  PenLine,
  Scale,
  Undo2,
  UserRound,
} from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Button } from "../../_components/ui/button.tsx";
import { EmptyState } from "../../_components/ui/empty-state.tsx";
import type { Outputs } from "../../_lib/trpc.ts";

type Why = Extract<Outputs["annotation"]["next"], { task: null }>["why"];

const ICONS: Record<Why, LucideIcon> = {
  EMPTY: Scale,
  ALL_LENT: Clock,
  DONE_BY_YOU: CircleCheck,
  DRAFTING: PenLine,
  YOURS: UserRound,
  PAUSED: PauseCircle,
};

type NoTaskProps = { why: Why; looking: boolean; onLook: () => void; onUndo: (() => void) | null };

export function NoTask({ why, looking, onLook, onUndo }: NoTaskProps) {
  const t = useTranslations("annotate");
  return (
    <div className="flex flex-1 items-center justify-center">
      <EmptyState
        icon={ICONS[why]}
        title={t(`none.${why}`)}
        description={t(`noneText.${why}`)}
        action={
          <div className="flex flex-wrap justify-center gap-2">
            {why !== "PAUSED" && (
              <Button busy={looking} onClick={onLook}>
                {t("lookAgain")}
              </Button>
            )}
            {onUndo && (
              <Button onClick={onUndo}>
                <Undo2 aria-hidden />
                {t("undoLast")}
              </Button>
            )}
            <Button asChild variant={why === "EMPTY" ? "primary" : "secondary"}>
              <Link href="/chat">
                <MessagesSquare aria-hidden />
                {t("toChat")}
              </Link>
            </Button>
          </div>
        }
      />
    </div>
  );
}
