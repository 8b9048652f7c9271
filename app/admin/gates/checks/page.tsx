// The prompts that every candidate must still answer, refuse, or not be talked into.
import { pageTitle } from "../../_lib/title.ts";
import { Checks } from "./checks.tsx";

export const generateMetadata = () => pageTitle("gates");

export default function ChecksPage() {
  return <Checks />;
}
