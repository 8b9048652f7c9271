// Gives /chat and /chat/<id> an address and a guard. What they show is drawn by the layout, which outlives a change of address.
import { notFound } from "next/navigation";
import { z } from "zod";
import { requireViewer } from "../../_lib/require-viewer.ts";

type ChatPageProps = { params: Promise<{ conversationId?: string[] }> };

/** Nothing, or one conversation. */
const address = z.union([z.tuple([]), z.tuple([z.uuid()])]);

export default async function ChatPage({ params }: ChatPageProps) {
  const parsed = address.safeParse((await params).conversationId ?? []);
  if (!parsed.success) notFound();
  await requireViewer(["/chat", ...parsed.data].join("/"));
  return null;
}
