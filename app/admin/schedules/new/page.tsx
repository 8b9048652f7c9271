// Writing a new schedule.
import { getTranslations } from "next-intl/server";
import { PageHeader } from "../../_components/page-header.tsx";
import { pageTitle } from "../../_lib/title.ts";
import { ScheduleEditor } from "../_components/schedule-editor.tsx";

export const generateMetadata = () => pageTitle("schedules");

export default async function NewSchedulePage() {
  const t = await getTranslations("schedule");
  return (
    <>
      <PageHeader back={{ href: "/admin/schedules", label: t("back") }} title={t("form.new")} description={t("text")} />
      <ScheduleEditor />
    </>
  );
}
