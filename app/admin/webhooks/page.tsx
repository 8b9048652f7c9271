// Who outside is told of what happens here.
import { pageTitle } from "../_lib/title.ts";
import { Webhooks } from "./webhooks.tsx";

export const generateMetadata = () => pageTitle("webhooks");

export default function WebhooksPage() {
  return <Webhooks />;
}
