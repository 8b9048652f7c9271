// The typed client of server/api: hooks for components, one HTTP batch per tick, server-sent events for subscriptions.
"use client";
import { createTRPCClient, httpBatchLink, httpSubscriptionLink, splitLink } from "@trpc/client";
import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";
import { createTRPCContext } from "@trpc/tanstack-react-query";
import superjson from "superjson";
import type { AppRouter } from "../../server/api/root.ts";
import { type FreshSignIn, freshSignInLink } from "./fresh-sign-in.ts";

export const { TRPCProvider, useTRPC, useTRPCClient } = createTRPCContext<AppRouter>();

/** Result types by path: `Outputs["message"]["send"]`. */
export type Outputs = inferRouterOutputs<AppRouter>;
export type Inputs = inferRouterInputs<AppRouter>;

const URL = "/api/trpc";

/** @param fresh who asks for the password where an act needs it once more */
export function createBrowserClient(fresh: Pick<FreshSignIn, "ask">) {
  return createTRPCClient<AppRouter>({
    links: [
      freshSignInLink(fresh),
      splitLink({
        condition: (operation) => operation.type === "subscription",
        true: httpSubscriptionLink({ url: URL, transformer: superjson }),
        false: httpBatchLink({ url: URL, transformer: superjson, maxURLLength: 6000 }),
      }),
    ],
  });
}
