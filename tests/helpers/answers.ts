// Answers of the server that a test puts in the place of the real ones, to see pages as they are when something fails, waits or is missing.
import type { Page } from "@playwright/test";
import superjson from "superjson";

type Answer = { error: unknown } | { result: { data: unknown } };

/** The answer that a failing server gives. */
export const FAILURE: Answer = {
  error: { json: { message: "Internal.", code: -32603, data: { code: "INTERNAL", httpStatus: 500 } } },
};

export const brings = (value: unknown): Answer => ({ result: { data: superjson.serialize(value) } });

/**
 * From now on a procedure answers as told; whatever else travels in the same batch stays as it is.
 * @param answer gets what the server really said
 */
export async function answerInstead<T>(
  page: Page,
  procedure: string,
  answer: (real: T) => Answer | Promise<Answer>,
): Promise<void> {
  await page.route("**/api/trpc/**", async (route) => {
    const names = new URL(route.request().url()).pathname.split("/").at(-1)!.split(",");
    const place = names.indexOf(procedure);
    if (place === -1) return route.fallback();
    const response = await route.fetch();
    const answers = (await response.json()) as { result?: { data: Parameters<typeof superjson.deserialize>[0] } }[];
    const real = answers[place]?.result?.data;
    const replaced = await answer(real === undefined ? (undefined as T) : superjson.deserialize<T>(real));
    // 207, so that the browser does not write down an error of its own.
    await route.fulfill({ status: 207, json: answers.map((one, i) => (i === place ? replaced : one)) });
  });
}
