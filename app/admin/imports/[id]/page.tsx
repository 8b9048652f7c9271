// One import: how far it is, and which lines could not be used.
import { pageTitle } from "../../_lib/title.ts";
import { ImportPage } from "./import.tsx";

export const generateMetadata = () => pageTitle("datasets");

export default async function OneImportPage({ params }: { params: Promise<{ id: string }> }) {
  return <ImportPage id={(await params).id} />;
}
