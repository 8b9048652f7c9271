// What trains by itself, what it has done, and what all training costs: three views of one page.
import { pageTitle } from "../_lib/title.ts";
import { FiringHistory } from "./_components/firing-table.tsx";
import { Costs } from "./costs.tsx";
import { SchedulesHeader, VIEWS } from "./header.tsx";
import { Schedules } from "./schedules.tsx";

export const generateMetadata = () => pageTitle("schedules");

type SchedulesPageProps = { searchParams: Promise<{ view?: string | string[] }> };

export default async function SchedulesPage({ searchParams }: SchedulesPageProps) {
  const { view: asked } = await searchParams;
  const view = VIEWS.find((known) => known === asked) ?? VIEWS[0];
  return (
    <>
      <SchedulesHeader view={view} />
      {view === "list" && <Schedules />}
      {view === "history" && <FiringHistory />}
      {view === "costs" && <Costs />}
    </>
  );
}
