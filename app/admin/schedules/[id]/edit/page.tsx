// Changing a schedule.
import { pageTitle } from "../../../_lib/title.ts";
import { EditSchedule } from "./edit-schedule.tsx";

export const generateMetadata = () => pageTitle("schedules");

export default async function EditSchedulePage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  return <EditSchedule id={id} />;
}
