// One adapter: what made it, what it measures, its files.
import { pageTitle } from "../../_lib/title.ts";
import { Adapter } from "./adapter.tsx";

export const generateMetadata = () => pageTitle("adapters");

export default async function AdapterPage({ params }: { params: Promise<{ id: string }> }) {
  return <Adapter id={(await params).id} />;
}
