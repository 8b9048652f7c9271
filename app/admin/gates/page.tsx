// Every gate there has been, newest first; ?adapter= shows those of one adapter.
import { pageTitle } from "../_lib/title.ts";
import { Gates } from "./gates.tsx";

export const generateMetadata = () => pageTitle("gates");

type GatesPageProps = { searchParams: Promise<{ adapter?: string | string[] }> };

export default async function GatesPage({ searchParams }: GatesPageProps) {
  const { adapter } = await searchParams;
  return <Gates adapterId={typeof adapter === "string" && /^[0-9a-f-]{36}$/.test(adapter) ? adapter : undefined} />;
}
