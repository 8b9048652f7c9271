// The report of one gate.
import { pageTitle } from "../../_lib/title.ts";
import { Report } from "./report.tsx";

export const generateMetadata = () => pageTitle("gates");

export default async function GatePage({ params }: { params: Promise<{ id: string }> }) {
  return <Report id={(await params).id} />;
}
