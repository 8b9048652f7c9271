// The server's view types under the names the chat uses for them.
import type { InfiniteData } from "@tanstack/react-query";
import type { Outputs } from "../../_lib/trpc.ts";

export type Conversation = Outputs["conversation"]["get"];
export type Message = Conversation["messages"][number];
export type Release = NonNullable<Message["release"]>;
export type Feedback = NonNullable<Message["feedback"]>;
export type Drafts = Conversation["drafts"][number];
export type DraftChoice = NonNullable<Drafts["choice"]>;
type ConversationPage = Outputs["conversation"]["list"];
export type ConversationSummary = ConversationPage["items"][number];
export type ConversationPages = InfiniteData<ConversationPage, string | null>;

/** A reply that is still being written. */
export const isRunning = ({ status }: Pick<Message, "status">) => status === "PENDING" || status === "STREAMING";
