// An act that needs the password once more waits for it, and is sent again by itself.
import { createTRPCClient, TRPCClientError, type TRPCLink } from "@trpc/client";
import { observable } from "@trpc/server/observable";
import { expect, test } from "vitest";
import { createFreshSignIn, freshSignInLink } from "../../../app/_lib/fresh-sign-in.ts";
import type { AppRouter } from "../../../server/api/root.ts";

const refusal = (code: string) =>
  TRPCClientError.from<AppRouter>({ error: { message: "no", code: -32003, data: { code, httpStatus: 403 } } } as never);

/** A server that gives these answers, one after another: a code refuses, null lets through. */
function server(...answers: (string | null)[]) {
  const calls: string[] = [];
  const link: TRPCLink<AppRouter> = () => (given) =>
    observable((observer) => {
      const answer = answers[calls.length] ?? null;
      calls.push(`${given.op.path}(${JSON.stringify(given.op.input)})`);
      if (answer !== null) return observer.error(refusal(answer));
      observer.next({ result: { data: { id: "done" } } });
      observer.complete();
    });
  const question = createFreshSignIn();
  const client = createTRPCClient<AppRouter>({ links: [freshSignInLink(question), link] });
  return { calls, question, revoke: (id = "1") => client.invite.revoke.mutate({ id }) };
}
const opened = (question: ReturnType<typeof createFreshSignIn>) =>
  new Promise<void>((resolve) => {
    const stop = question.subscribe(() => {
      if (!question.isOpen()) return;
      stop();
      resolve();
    });
  });

test("an act that is let through asks nothing", async () => {
  const { calls, question, revoke } = server(null);
  await expect(revoke()).resolves.toEqual({ id: "done" });
  expect(question.isOpen()).toBe(false);
  expect(calls).toHaveLength(1);
});

test("a refused act is sent again as it was, once the password is confirmed", async () => {
  const { calls, question, revoke } = server("FRESH_SIGN_IN_NEEDED");
  const asked = opened(question);
  const act = revoke("7");
  await asked;
  expect(calls).toEqual(['invite.revoke({"id":"7"})']);
  question.answer(true);
  await expect(act).resolves.toEqual({ id: "done" });
  expect(calls).toEqual(['invite.revoke({"id":"7"})', 'invite.revoke({"id":"7"})']);
  expect(question.isOpen()).toBe(false);
});

test("whoever closes the question has done nothing", async () => {
  const { calls, question, revoke } = server("FRESH_SIGN_IN_NEEDED");
  const asked = opened(question);
  const act = revoke();
  await asked;
  question.answer(false);
  await expect(act).rejects.toMatchObject({ data: { code: "FRESH_SIGN_IN_NEEDED" } });
  expect(calls).toHaveLength(1);
});

test("an act that is refused again after the password is refused for good: nobody is asked for ever", async () => {
  const { calls, question, revoke } = server("FRESH_SIGN_IN_NEEDED", "FRESH_SIGN_IN_NEEDED");
  const asked = opened(question);
  const act = revoke();
  await asked;
  question.answer(true);
  await expect(act).rejects.toMatchObject({ data: { code: "FRESH_SIGN_IN_NEEDED" } });
  expect(calls).toHaveLength(2);
});

test("other refusals are not held up", async () => {
  const { question, revoke } = server("NOT_FOUND");
  await expect(revoke()).rejects.toMatchObject({ data: { code: "NOT_FOUND" } });
  expect(question.isOpen()).toBe(false);
});

test("several acts at once are one question", async () => {
  const { calls, question, revoke } = server("FRESH_SIGN_IN_NEEDED", "FRESH_SIGN_IN_NEEDED");
  const asked = opened(question);
  const acts = [revoke("1"), revoke("2")];
  await asked;
  question.answer(true);
  await Promise.all(acts);
  expect(calls).toHaveLength(4);
});
