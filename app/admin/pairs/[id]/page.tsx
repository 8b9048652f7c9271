// One pair and what it moved.
import { pageTitle } from "../../_lib/title.ts";
import { PairPage } from "./pair.tsx";

export const generateMetadata = () => pageTitle("pairs");

export default async function OnePairPage({ params }: { params: Promise<{ id: string }> }) {
  return <PairPage id={(await params).id} />;
}
