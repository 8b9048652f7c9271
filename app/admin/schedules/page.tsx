// How runs are started in this version.
import { pageTitle } from "../_lib/title.ts";
import { Schedules } from "./schedules.tsx";

export const generateMetadata = () => pageTitle("schedules");

export default function SchedulesPage() {
  return <Schedules />;
}
