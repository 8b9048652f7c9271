// The blind taste test of one gate: two replies at a time, without saying whose they are.
import { pageTitle } from "../../../_lib/title.ts";
import { TasteTest } from "./taste-test.tsx";

export const generateMetadata = () => pageTitle("gates");

export default async function TastePage({ params }: { params: Promise<{ id: string }> }) {
  return <TasteTest gateId={(await params).id} />;
}
