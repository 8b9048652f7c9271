// The form of a stored schedule.
"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useTRPC } from "../../../../_lib/trpc.ts";
import { PageHeader } from "../../../_components/page-header.tsx";
import { QueryView } from "../../../_components/query-view.tsx";
import { ScheduleEditor } from "../../_components/schedule-editor.tsx";

export function EditSchedule({ id }: { id: string }) {
  const t = useTranslations("schedule.form");
  const trpc = useTRPC();
  // What is being written must not change under the hand that writes it.
  const query = useQuery(trpc.schedule.get.queryOptions({ id }, { refetchOnWindowFocus: false }));
  return (
    <QueryView query={query}>
      {(schedule) => (
        <>
          <PageHeader
            back={{ href: `/admin/schedules/${id}`, label: schedule.name }}
            title={t("edit", { name: schedule.name })}
          />
          <ScheduleEditor schedule={schedule} />
        </>
      )}
    </QueryView>
  );
}
