// Settings that take effect while everything runs.
import { pageTitle } from "../_lib/title.ts";
import { AdminSettings } from "./settings.tsx";

export const generateMetadata = () => pageTitle("settings");

export default function SettingsPage() {
  return <AdminSettings />;
}
