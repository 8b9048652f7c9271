// What is live, what needs someone, and how the loop is doing.
import { pageTitle } from "../_lib/title.ts";
import { Overview } from "./overview.tsx";

export const generateMetadata = () => pageTitle("overview");

export default function OverviewPage() {
  return <Overview />;
}
