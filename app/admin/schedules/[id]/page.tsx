// One schedule: when it fires, what it does, and what it has done.
import { pageTitle } from "../../_lib/title.ts";
import { ScheduleDetail } from "./schedule.tsx";

export const generateMetadata = () => pageTitle("schedules");

export default async function SchedulePage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  return <ScheduleDetail id={id} />;
}
