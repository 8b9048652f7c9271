// Says how runs are started in this version: by hand.
import { CalendarClock } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Button } from "../../_components/ui/button.tsx";
import { Card } from "../../_components/ui/card.tsx";
import { EmptyState } from "../../_components/ui/empty-state.tsx";
import { PageHeader } from "../_components/page-header.tsx";

export function Schedules() {
  const t = useTranslations("admin");
  return (
    <>
      <PageHeader title={t("nav.schedules")} />
      <Card>
        <EmptyState
          icon={CalendarClock}
          title={t("schedules.title")}
          description={t("schedules.text")}
          action={
            <Button asChild variant="primary">
              <Link href="/admin/runs/new">{t("runs.new")}</Link>
            </Button>
          }
        />
      </Card>
    </>
  );
}
