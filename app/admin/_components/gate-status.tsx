// The state of a gate, and of one of its suites, as a badge: word, icon and tone.
"use client";
import {
  Ban,
  Check,
  CircleHelp,
  CircleMinus,
  CircleX,
  Clock,
  LoaderCircle,
  type LucideIcon,
  OctagonX,
  RefreshCw,
  TriangleAlert,
} from "lucide-react";
import { useTranslations } from "next-intl";
import type { SuiteView } from "../../../server/domain/views/gate.ts";
import { Badge, type BadgeTone } from "../../_components/ui/badge.tsx";
import type { GateStatus } from "../_lib/gate-states.ts";

type Look = { icon: LucideIcon; tone: BadgeTone };

const GATE_LOOK: Record<GateStatus, Look> = {
  QUEUED: { icon: Clock, tone: "neutral" },
  RUNNING: { icon: LoaderCircle, tone: "candidate" },
  PASSED: { icon: Check, tone: "chosen" },
  UNDECIDED: { icon: CircleHelp, tone: "rejected" },
  REFUSED: { icon: OctagonX, tone: "danger" },
  FAILED: { icon: CircleX, tone: "danger" },
  CANCELLED: { icon: Ban, tone: "neutral" },
};

/** `stale`: what is live has changed since it was measured against. */
export function GateStatusBadge({ status, stale = false }: { status: GateStatus; stale?: boolean }) {
  const t = useTranslations("gate");
  const { icon: Icon, tone } = GATE_LOOK[status];
  return (
    <span className="inline-flex flex-wrap gap-1">
      <Badge tone={tone}>
        <Icon aria-hidden className={status === "RUNNING" ? "animate-spin" : undefined} />
        {t(`status.${status}`)}
      </Badge>
      {stale && (
        <Badge tone="rejected">
          <RefreshCw aria-hidden />
          {t("stale")}
        </Badge>
      )}
    </span>
  );
}

const SUITE_LOOK: Record<SuiteView["status"], Look> = {
  PASSED: { icon: Check, tone: "chosen" },
  FAILED: { icon: CircleX, tone: "danger" },
  UNDECIDED: { icon: CircleHelp, tone: "rejected" },
  NOT_APPLICABLE: { icon: CircleMinus, tone: "neutral" },
  MISSING: { icon: TriangleAlert, tone: "danger" },
};

export function SuiteStatusBadge({ status }: { status: SuiteView["status"] }) {
  const t = useTranslations("gate");
  const { icon: Icon, tone } = SUITE_LOOK[status];
  return (
    <Badge tone={tone}>
      <Icon aria-hidden />
      {t(`suiteStatus.${status}`)}
    </Badge>
  );
}
