// The head of the schedules page and the way between its views.
import { Plus } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Button } from "../../_components/ui/button.tsx";
import { PageHeader } from "../_components/page-header.tsx";
import { ViewTabs } from "../_components/view-tabs.tsx";

export const VIEWS = ["list", "history", "costs"] as const;

export function SchedulesHeader({ view }: { view: (typeof VIEWS)[number] }) {
  const t = useTranslations("schedule");
  const nav = useTranslations("admin.nav");
  return (
    <>
      <PageHeader
        title={nav("schedules")}
        description={t("text")}
        actions={
          <Button asChild variant="primary">
            <Link href="/admin/schedules/new">
              <Plus aria-hidden />
              {t("new")}
            </Link>
          </Button>
        }
      />
      <ViewTabs
        label={t("views.label")}
        path="/admin/schedules"
        current={view}
        views={VIEWS.map((key) => ({ view: key, label: t(`views.${key}`) }))}
      />
    </>
  );
}
