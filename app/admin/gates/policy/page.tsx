// What a candidate must reach before it may go live, and who decides.
import { pageTitle } from "../../_lib/title.ts";
import { Policy } from "./policy.tsx";

export const generateMetadata = () => pageTitle("gates");

export default function PolicyPage() {
  return <Policy />;
}
