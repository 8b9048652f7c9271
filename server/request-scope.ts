/** Every call to the web process under an id of its own, which its log lines, its trace and its answer bear. */

import { REQUEST_ID, requestIdOf, withIds } from "./log-ids.ts";
import { inSpan } from "./trace.ts";

/** @param name of the span, such as "trpc" */
export function inRequest(request: Request, name: string, work: () => Promise<Response>): Promise<Response> {
  const requestId = requestIdOf(request.headers.get(REQUEST_ID));
  const { headers } = request;
  // Where Next traces the request already, its span is the active one and this one becomes its child.
  const from = headers.has("traceparent") ? Object.fromEntries(headers) : undefined;
  const path = new URL(request.url).pathname;
  const answer = async () => {
    const response = await work();
    response.headers.set(REQUEST_ID, requestId);
    return response;
  };
  return withIds({ requestId }, () => inSpan(name, { "hone.request.id": requestId, "url.path": path }, answer, from));
}
