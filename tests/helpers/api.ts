// A person or a program that talks to a running Hone over HTTP and nothing else.
import { createTRPCClient, httpLink, type TRPCClient } from "@trpc/client";
import superjson from "superjson";
import type { AppRouter } from "../../server/api/root.ts";
import type { MessageView } from "../../server/domain/views.ts";

export interface Person {
  url: string;
  /** The procedures the pages use, with this person's session. */
  trpc: TRPCClient<AppRouter>;
  /** fetch with this person's session; `path` is relative to the instance. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** The session, for a browser that is to go on with it. */
  cookies(): { name: string; value: string }[];
}

/** What a browser keeps between two requests. */
class CookieJar {
  readonly #cookies = new Map<string, string>();

  take(response: Response): void {
    for (const line of response.headers.getSetCookie()) {
      const [pair = ""] = line.split(";");
      const at = pair.indexOf("=");
      const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
      if (value === "" || /;\s*max-age=0/i.test(line)) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
  }

  list(): { name: string; value: string }[] {
    return [...this.#cookies].map(([name, value]) => ({ name, value }));
  }

  header(): string {
    return this.list()
      .map(({ name, value }) => `${name}=${value}`)
      .join("; ");
  }
}

/** Someone who has not signed in. */
export function visitor(url: string): Person {
  const jar = new CookieJar();
  const send = async (address: string, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers);
    if (jar.header()) headers.set("cookie", jar.header());
    const response = await fetch(address, { redirect: "manual", ...init, headers });
    jar.take(response);
    return response;
  };
  const link = httpLink({
    url: `${url}/api/trpc`,
    transformer: superjson,
    fetch: (address, init) => send(String(address), init as RequestInit),
  });
  return {
    url,
    trpc: createTRPCClient<AppRouter>({ links: [link] }),
    fetch: (path, init) => send(url + path, init),
    cookies: () => jar.list(),
  };
}

/** Signs in with email and password, as the form does. @throws Error when the session is refused */
export async function signIn(url: string, login: { email: string; password: string }): Promise<Person> {
  const person = visitor(url);
  const { csrfToken } = (await (await person.fetch("/api/auth/csrf")).json()) as { csrfToken: string };
  await person.fetch("/api/auth/callback/credentials", {
    method: "POST",
    body: new URLSearchParams({ ...login, csrfToken, json: "true" }),
  });
  const me = await person.trpc.viewer.me.query();
  if (!me) throw new Error(`${login.email} could not sign in at ${url}`);
  return person;
}

/** Makes an account and signs in to it. */
export async function signUp(url: string, name: string): Promise<Person & { email: string; password: string }> {
  const login = { email: `${name.toLowerCase()}@example.com`, password: `password of ${name}` };
  await visitor(url).trpc.viewer.signUp.mutate({ ...login, name });
  return { ...login, ...(await signIn(url, login)) };
}

/** One event of a server-sent event stream. */
interface ServerEvent {
  event: string;
  id: string;
  data: string;
}

/** Parses a text/event-stream body. Ends when the server closes it. */
export async function* serverEvents(response: Response): AsyncGenerator<ServerEvent> {
  if (!response.ok || !response.body)
    throw new Error(`HTTP ${response.status}: ${(await response.text()).slice(0, 300)}`);
  let rest = "";
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + chunk).split(/\r?\n\r?\n/);
    rest = blocks.pop()!;
    for (const block of blocks) {
      const fields = new Map<string, string>();
      for (const line of block.split(/\r?\n/)) {
        const at = line.indexOf(":");
        if (at > 0) fields.set(line.slice(0, at), line.slice(at + 1).replace(/^ /, ""));
      }
      yield { event: fields.get("event") ?? "message", id: fields.get("id") ?? "", data: fields.get("data") ?? "" };
    }
  }
}

export type ReplyEvent = { type: "delta"; text: string; seq: number } | { type: "end"; message: MessageView };

/** Follows a reply as the chat page does, from after event `lastEventId` on. */
export async function* followReply(
  person: Person,
  messageId: string,
  { lastEventId, signal }: { lastEventId?: string; signal?: AbortSignal } = {},
): AsyncGenerator<ReplyEvent> {
  const input = encodeURIComponent(JSON.stringify(superjson.serialize({ messageId, lastEventId })));
  const headers = { accept: "text/event-stream" };
  const response = await person.fetch(`/api/trpc/message.stream?input=${input}`, { headers, signal });
  for await (const { event, data } of serverEvents(response)) {
    if (event === "serialized-error") throw new Error(`The stream of ${messageId} failed: ${data}`);
    if (event === "message" && data) yield superjson.deserialize<ReplyEvent>(JSON.parse(data));
  }
}

/** Waits for the end of a reply. @returns the whole message, and the text as it was streamed */
export async function wholeReply(
  person: Person,
  messageId: string,
): Promise<{ message: MessageView; streamed: string }> {
  let streamed = "";
  for await (const event of followReply(person, messageId)) {
    if (event.type === "end") return { message: event.message, streamed };
    streamed += event.text;
  }
  throw new Error(`The stream of ${messageId} ended without an end`);
}
