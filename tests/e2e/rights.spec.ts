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

test("until the page listens, a password is not sent: not by a click, not by Enter, and never in the address", async ({
  page,
  person,
}) => {
  await page.context().clearCookies();
  let listen = () => {};
  const held = new Promise<void>((resolve) => {
    listen = resolve;
  });
  await page.route(/\/_next\/static\/.*\.js/, async (route) => {
    await held;
    await route.continue();
  });
  await page.goto("/sign-in", { waitUntil: "commit" });
  const signIn = page.getByRole("button", { name: "Sign in", exact: true });
  await page.getByLabel("Email").fill(person.email);
  await page.getByLabel("Password").fill(person.password);
  await expect(signIn).toBeDisabled();
  await signIn.click({ force: true });
  await page.keyboard.press("Enter");
  listen();
  await expect(signIn).toBeEnabled();
  await expect(page).toHaveURL(/\/sign-in$/);
  await expect(page.getByLabel("Password")).toHaveValue(person.password);
  await signIn.click();
  await expect(page.getByRole("textbox", { name: "Message", exact: true })).toBeVisible();
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
