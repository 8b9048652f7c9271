/** The procedures of server/api over HTTP; subscriptions as server-sent events. */

import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { createContext } from "../../../../server/api/context.ts";
import { appRouter } from "../../../../server/api/root.ts";
import { logUnexpected } from "../../../../server/api/trpc.ts";
import { inRequest } from "../../../../server/request-scope.ts";

const handler = (request: Request) =>
  inRequest(request, "trpc", () =>
    fetchRequestHandler({
      endpoint: "/api/trpc",
      req: request,
      router: appRouter,
      createContext: () => createContext(request),
      onError: ({ error, path }) => logUnexpected(error, path),
    }),
  );

export { handler as GET, handler as POST };
