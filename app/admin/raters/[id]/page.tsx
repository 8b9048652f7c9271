// One rater: figures, work by day and kind, and whether they are put aside.
import { pageTitle } from "../../_lib/title.ts";
import { Rater } from "./rater.tsx";

export const generateMetadata = () => pageTitle("raters");

export default async function RaterPage({ params }: { params: Promise<{ id: string }> }) {
  return <Rater id={(await params).id} />;
}
