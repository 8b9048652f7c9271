// One erasure and its report.
import { pageTitle } from "../../_lib/title.ts";
import { Erasure } from "./erasure.tsx";

export const generateMetadata = () => pageTitle("people");

export default async function ErasurePage({ params }: { params: Promise<{ id: string }> }) {
  return <Erasure id={(await params).id} />;
}
