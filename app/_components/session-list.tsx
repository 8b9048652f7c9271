// Where somebody is signed in: device, address, when it was last used; each with what can be done about it.
"use client";
import { MonitorSmartphone } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { deviceName } from "../_lib/device-name.ts";
import type { Outputs } from "../_lib/trpc.ts";
import { Badge } from "./ui/badge.tsx";
import { EmptyState } from "./ui/empty-state.tsx";
import { RelativeTime } from "./ui/relative-time.tsx";

export type SessionRow = Outputs["session"]["list"][number];

/** What a session is called: "Firefox on Linux". */
export function useDeviceName(): (session: Pick<SessionRow, "userAgent">) => string {
  const t = useTranslations("operations.sessions");
  return ({ userAgent }) => {
    const name = deviceName(userAgent);
    if (!name) return t("unknownDevice");
    if (name.browser && name.system) return t("device", { browser: name.browser, system: name.system });
    return name.browser ?? name.system ?? t("unknownDevice");
  };
}

type SessionListProps = {
  sessions: readonly SessionRow[];
  /** At the right of each. */
  act?: (session: SessionRow) => ReactNode;
};

export function SessionList({ sessions, act }: SessionListProps) {
  const t = useTranslations("operations.sessions");
  const nameOf = useDeviceName();
  if (sessions.length === 0) return <EmptyState icon={MonitorSmartphone} title={t("none")} />;
  return (
    <ul className="divide-y">
      {sessions.map((session) => (
        <li key={session.id} className="flex items-center gap-3 py-2.5">
          <div className="min-w-0 flex-1">
            <p className="flex flex-wrap items-center gap-x-2 font-medium text-sm">
              {nameOf(session)}
              {session.current && <Badge tone="chosen">{t("current")}</Badge>}
            </p>
            <p className="text-quiet text-xs">
              {session.ip && <code className="font-mono">{session.ip}</code>}
              {session.ip && " · "}
              {t.rich("seen", { time: () => <RelativeTime date={session.lastSeenAt} /> })}
              {" · "}
              {t.rich("began", { time: () => <RelativeTime date={session.createdAt} /> })}
            </p>
          </div>
          {act?.(session)}
        </li>
      ))}
    </ul>
  );
}
