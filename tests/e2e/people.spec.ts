// Inviting somebody, seeing where one is signed in, and the password that is asked once more.
import type { Route } from "@playwright/test";
import { signIn } from "../helpers/api.ts";
import { axeFindings, expect, test, uniqueName } from "../helpers/e2e.ts";

test("an invitation makes an account with its role, once", async ({ asAdmin, page, browser, baseURL }) => {
  const name = uniqueName("Mia");
  const email = `${name.toLowerCase()}@example.com`;
  await page.goto("/admin/people");
  await page.getByRole("button", { name: "Invite", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Email (may be empty)").fill(email);
  await dialog.getByRole("combobox", { name: "Role" }).click();
  await page.getByRole("option", { name: "Annotator" }).click();
  await dialog.getByRole("button", { name: "Invite", exact: true }).click();
  await expect(dialog.getByText("It is shown only this once")).toBeVisible();
  expect(await axeFindings(page)).toEqual([]);
  const link = await dialog.getByRole("code").textContent();
  await dialog.getByRole("button", { name: "Done" }).click();

  const visitor = await browser.newContext({ baseURL });
  const guest = await visitor.newPage();
  await guest.goto(link!);
  await expect(guest.getByLabel("Email")).toHaveValue(email);
  expect(await axeFindings(guest)).toEqual([]);
  await guest.getByLabel("Name").fill(name);
  await guest.getByLabel("Password").fill("long enough");
  await guest.getByRole("button", { name: "Create account" }).click();
  await guest.waitForURL("**/chat");
  const people = await asAdmin.trpc.people.list.query();
  expect(people.find((person) => person.email === email)).toMatchObject({ name, role: "ANNOTATOR", sessions: 1 });
  await visitor.close();

  await page.goto("/admin/people?view=invites");
  await expect(page.getByRole("row", { name: email })).toContainText("used by");
  expect(await axeFindings(page)).toEqual([]);
});

test.describe("with a link that is over", () => {
  test.use({ expectedErrors: [/status of 403/] });

  test("one is told so", async ({ page }) => {
    await page.goto("/invite#nobody-made-this");
    await expect(page.getByText("This invitation is not open any more")).toBeVisible();
    await expect(page.getByRole("link", { name: "Sign in instead" })).toBeVisible();
  });
});

test("people see where they are signed in, and sign out what they do not know", async ({ page, person, baseURL }) => {
  const elsewhere = await signIn(baseURL!, person);
  await page.goto("/settings/security");
  await expect(page.getByText("this one")).toBeVisible();
  expect(await axeFindings(page)).toEqual([]);
  // The browser goes on with the session that the account was made in; the other is the only one with a button.
  await page.getByRole("button", { name: /^Sign out [^e]/ }).click();
  await expect(page.getByText("Signed out on one device.")).toBeVisible();
  expect(await elsewhere.trpc.viewer.me.query()).toBeNull();
  expect(await person.trpc.viewer.me.query()).not.toBeNull();
});

test.describe("when the password was given long ago", () => {
  test.use({ expectedErrors: [/status of 40[03]/] });

  test("it is asked for once more, and the act goes on by itself", async ({ page, asAdmin }) => {
    const name = uniqueName("Noa");
    const email = `${name.toLowerCase()}@example.com`;
    const { token } = await asAdmin.trpc.invite.create.mutate({ email, role: "USER", days: 1 });
    await asAdmin.trpc.invite.accept.mutate({ token, email, name, password: "long enough" });
    // As the server answers a quarter of an hour after the password.
    const refuse = async (route: Route) => {
      const data = { code: "FRESH_SIGN_IN_NEEDED", httpStatus: 403, path: "people.setRole" };
      const error = { json: { message: "Once more.", code: -32003, data } };
      await route.fulfill({ status: 403, contentType: "application/json", body: JSON.stringify([{ error }]) });
    };
    await page.route("**/api/trpc/people.setRole*", refuse, { times: 1 });
    await page.goto("/admin/people");
    await page.getByRole("combobox", { name: `Role of ${name}` }).click();
    await page.getByRole("option", { name: "Annotator" }).click();
    await page.getByRole("button", { name: "Make Annotator" }).click();
    const question = page.getByRole("dialog", { name: "Confirm that it is you" });
    await question.getByLabel("Your password").fill("a guess");
    await question.getByRole("button", { name: "Confirm and go on" }).click();
    await expect(question.getByText("That is not your password")).toBeVisible();
    expect(await axeFindings(page)).toEqual([]);
    await question.getByLabel("Your password").fill(process.env.HONE_TEST_ADMIN_PASSWORD ?? "");
    await question.getByRole("button", { name: "Confirm and go on" }).click();
    await expect(page.getByText(`${name} is now: Annotator.`)).toBeVisible();
    const people = await asAdmin.trpc.people.list.query();
    expect(people.find((person) => person.email === email)).toMatchObject({ role: "ANNOTATOR" });
  });
});

test("where nothing may be sent anywhere, the page of webhooks says who can change that", async ({ page, asAdmin }) => {
  const { allowed } = await asAdmin.trpc.webhook.list.query();
  test.skip(allowed.length > 0, "this instance was started with WEBHOOK_ALLOW");
  await page.goto("/admin/webhooks");
  await expect(page.getByText("WEBHOOK_ALLOW=hooks.example.com")).toBeVisible();
  await expect(page.getByRole("button", { name: "New webhook" })).toHaveCount(0);
  expect(await axeFindings(page)).toEqual([]);
});
