// One run: where it stands, its figures, its settings, its log.
import { pageTitle } from "../../_lib/title.ts";
import { Run } from "./run.tsx";

export const generateMetadata = () => pageTitle("runs");

export default async function RunPage({ params }: { params: Promise<{ id: string }> }) {
  return <Run id={(await params).id} />;
}
