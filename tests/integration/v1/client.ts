// The API's route handlers behind the official openai client, without Next around them.
import OpenAI from "openai";
import { beforeAll } from "vitest";
import { POST as completions } from "../../../app/v1/chat/completions/route.ts";
import { POST as feedback } from "../../../app/v1/feedback/route.ts";
import { GET as models } from "../../../app/v1/models/route.ts";
import type { Caller, World } from "../../helpers/world.ts";

const ROUTES: Record<string, (request: Request) => Promise<Response>> = {
  "/v1/models": models,
  "/v1/chat/completions": completions,
  "/v1/feedback": feedback,
};

export function route(address: string | URL | Request, init?: RequestInit): Promise<Response> {
  const request = new Request(address, init);
  return ROUTES[new URL(request.url).pathname]!(request);
}

export const openai = (apiKey: string) =>
  new OpenAI({ apiKey, baseURL: "http://hone.test/v1", fetch: route, maxRetries: 0 });

export interface ApiUser {
  /** The procedures, as the owner of the key. */
  me: Caller;
  key: string;
  client: OpenAI;
  sendFeedback(body: object): Promise<Response>;
}

/** Registers a person with an API key: read its fields inside hooks and tests. */
export function apiUser(world: World): ApiUser {
  const user = {} as ApiUser;
  beforeAll(async () => {
    // What the routes find where a web process keeps its services.
    (globalThis as { honeServices?: unknown }).honeServices = world.services;
    user.me = world.as(await world.person("Ann"));
    user.key = (await user.me.apiKey.create({ name: "test" })).key;
    user.client = openai(user.key);
    user.sendFeedback = (body) =>
      route("http://hone.test/v1/feedback", {
        method: "POST",
        headers: { authorization: `Bearer ${user.key}`, "content-type": "application/json" },
        body: JSON.stringify(body),
      });
  });
  return user;
}
