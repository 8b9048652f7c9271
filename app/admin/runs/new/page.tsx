// Starting a run: settings and a dry run before it.
import { pageTitle } from "../../_lib/title.ts";
import { NewRun } from "./new-run.tsx";

export const generateMetadata = () => pageTitle("runs");

export default function NewRunPage() {
  return <NewRun />;
}
