// Who did what, and when.
import { pageTitle } from "../_lib/title.ts";
import { Audit } from "./audit.tsx";

export const generateMetadata = () => pageTitle("audit");

export default function AuditPage() {
  return <Audit />;
}
