// Processes, versions, disk, database and backups.
import { pageTitle } from "../_lib/title.ts";
import { System } from "./system.tsx";

export const generateMetadata = () => pageTitle("system");

export default function SystemPage() {
  return <System />;
}
