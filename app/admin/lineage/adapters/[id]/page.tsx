// Everything behind one adapter.
import { pageTitle } from "../../../_lib/title.ts";
import { AdapterLineagePage } from "../../adapter-lineage.tsx";

export const generateMetadata = () => pageTitle("adapters");

export default async function LineageOfAdapterPage({ params }: { params: Promise<{ id: string }> }) {
  return <AdapterLineagePage id={(await params).id} />;
}
