// Every training run, newest first.
import { pageTitle } from "../_lib/title.ts";
import { Runs } from "./runs.tsx";

export const generateMetadata = () => pageTitle("runs");

export default function RunsPage() {
  return <Runs />;
}
