// One frozen dataset and the pairs in it.
import { pageTitle } from "../../_lib/title.ts";
import { Dataset } from "./dataset.tsx";

export const generateMetadata = () => pageTitle("datasets");

export default async function DatasetPage({ params }: { params: Promise<{ id: string }> }) {
  return <Dataset id={(await params).id} />;
}
