// The password's question, as it comes a quarter of an hour after the last time it was given.
import { expect, type Page, type Route } from "@playwright/test";
import { admin } from "./e2e.ts";

/** What a browser says of such an answer. */
export const REFUSED = [/status of 403/];

/** The next call of this procedure is answered as the server answers when the password was given long ago. */
export async function staleSignIn(page: Page, procedure: string): Promise<void> {
  const refuse = async (route: Route) => {
    const data = { code: "FRESH_SIGN_IN_NEEDED", httpStatus: 403, path: procedure };
    const error = { json: { message: "Once more.", code: -32003, data } };
    await route.fulfill({ status: 403, contentType: "application/json", body: JSON.stringify([{ error }]) });
  };
  await page.route(`**/api/trpc/${procedure}*`, refuse, { times: 1 });
}

export const passwordQuestion = (page: Page) => page.getByRole("dialog", { name: "Confirm that it is you" });

/** Gives the password; what was asked for then goes on by itself. */
export async function confirmPassword(page: Page): Promise<void> {
  const question = passwordQuestion(page);
  await question.getByLabel("Your password").fill(admin.password);
  await question.getByRole("button", { name: "Confirm and go on" }).click();
  await expect(question).toHaveCount(0);
}
