// Files on their way into Datasets, and those that arrived.
import { pageTitle } from "../_lib/title.ts";
import { Imports } from "./imports.tsx";

export const generateMetadata = () => pageTitle("datasets");

export default function ImportsPage() {
  return <Imports />;
}
