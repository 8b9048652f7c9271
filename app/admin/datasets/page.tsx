// Frozen datasets, newest first.
import { pageTitle } from "../_lib/title.ts";
import { Datasets } from "./datasets.tsx";

export const generateMetadata = () => pageTitle("datasets");

export default function DatasetsPage() {
  return <Datasets />;
}
