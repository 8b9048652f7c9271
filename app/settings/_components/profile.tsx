// Who the viewer is, as the server knows it.
"use client";
import { useTranslations } from "next-intl";
import { Badge } from "../../_components/ui/badge.tsx";
import { Card } from "../../_components/ui/card.tsx";
import { Skeleton } from "../../_components/ui/skeleton.tsx";
import { useViewer } from "../../_lib/viewer.ts";

export function Profile() {
  const t = useTranslations("settings.profile");
  const role = useTranslations("common.role");
  const viewer = useViewer();
  const rows = viewer && [
    { key: "name" as const, value: viewer.name || t("noName") },
    { key: "email" as const, value: viewer.email },
    { key: "role" as const, value: <Badge>{role(viewer.role)}</Badge> },
  ];
  return (
    <Card title={t("title")}>
      {rows ? (
        <dl className="space-y-2 text-sm">
          {rows.map(({ key, value }) => (
            <div key={key} className="flex gap-4">
              <dt className="w-24 shrink-0 text-quiet">{t(key)}</dt>
              <dd className="min-w-0 break-words">{value}</dd>
            </div>
          ))}
        </dl>
      ) : (
        <div className="space-y-3">
          <Skeleton className="h-4 w-1/2" />
          <Skeleton className="h-4 w-2/3" />
          <Skeleton className="h-4 w-1/3" />
        </div>
      )}
    </Card>
  );
}
