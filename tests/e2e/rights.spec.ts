// Doors that stay closed: strangers, other people's conversations, the admin's pages.
import { expect, say, test, wholeReplyOn } from "../helpers/e2e.ts";

test("a visitor is led to sign in and back", async ({ page, baseURL }) => {
  await page.goto("/settings");
  await expect(page).toHaveURL(/\/sign-in/);
  const response = await page.request.get(`${baseURL}/api/trpc/conversation.list`);
  expect(response.status()).toBe(401);
});

test("a wrong password is refused in words", async ({ page, person, expectedErrors }) => {
  expectedErrors.push(/401/);
  await page.context().clearCookies();
  await page.goto("/sign-in");
  await page.getByLabel("Email").fill(person.email);
  await page.getByLabel("Password").fill("not the password");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByText("This email and password do not fit together.")).toBeVisible();
});

test("somebody else's conversation looks like one that does not exist", async ({
  page,
  person,
  browser,
  expectedErrors,
}) => {
  expectedErrors.push(/404/);
  await page.goto("/chat");
  await say(page, "A secret.");
  await wholeReplyOn(page);
  await expect(page).toHaveURL(/\/chat\/[0-9a-f-]{36}/);
  const theirs = page.url();
  expect(person.email).toContain("@");

  await page.context().clearCookies();
  const stranger = await browser.newContext();
  const response = await stranger.request.get(theirs, { maxRedirects: 0 });
  expect(response.status()).not.toBe(200);
  await stranger.close();
});

test("the admin's pages say who they are for", async ({ page, person, baseURL }) => {
  expect(person.email).toContain("@");
  await page.goto("/admin");
  await expect(page.getByText("This part is for admins")).toBeVisible();
  const response = await page.request.get(`${baseURL}/api/trpc/people.list`);
  expect(response.status()).toBe(403);
});
