// Inviting somebody, shutting somebody out, seeing where one is signed in, changing the password, and the password that is asked once more.
import { signIn, signUp } from "../helpers/api.ts";
import { axeFindings, expect, test, undo, uniqueName } from "../helpers/e2e.ts";
import { confirmPassword, passwordQuestion, staleSignIn } from "../helpers/stale-sign-in.ts";

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
    await staleSignIn(page, "people.setRole");
    await page.goto("/admin/people");
    await page.getByRole("combobox", { name: `Role of ${name}` }).click();
    await page.getByRole("option", { name: "Annotator" }).click();
    await page.getByRole("button", { name: "Make Annotator" }).click();
    const question = passwordQuestion(page);
    await question.getByLabel("Your password").fill("a guess");
    await question.getByRole("button", { name: "Confirm and go on" }).click();
    await expect(question.getByText("That is not your password")).toBeVisible();
    expect(await axeFindings(page)).toEqual([]);
    await confirmPassword(page);
    await expect(page.getByText(`${name} is now: Annotator.`)).toBeVisible();
    const people = await asAdmin.trpc.people.list.query();
    expect(people.find((person) => person.email === email)).toMatchObject({ role: "ANNOTATOR" });
  });
});

test("somebody is shut out, let in again with Undo, and signed out everywhere", async ({ page, asAdmin, baseURL }) => {
  const name = uniqueName("Kim");
  const person = await signUp(baseURL!, name);
  await page.goto("/admin/people");
  await page.getByRole("searchbox").fill(name);
  const row = page.getByRole("row", { name });
  await expect(page.getByRole("region", { name: "People" }).getByRole("row")).toHaveCount(2);
  await row.getByRole("button", { name: /^Disable/ }).click();
  await expect(row).toContainText("no access");
  expect(await person.trpc.viewer.me.query()).toBeNull();
  await undo(page);
  await expect(row).not.toContainText("no access");

  await signIn(baseURL!, person);
  await page.reload();
  await page.getByRole("searchbox").fill(name);
  await row.getByRole("button", { name: `Where ${name} is signed in` }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("listitem").first()).toBeVisible();
  expect(await axeFindings(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Sign out everywhere" }).click();
  await expect(page.getByText("Signed out on one device.")).toBeVisible();
  await expect(dialog).toHaveCount(0);
  const people = await asAdmin.trpc.people.list.query();
  expect(people.find((one) => one.email === person.email)).toMatchObject({ sessions: 0 });

  const { id } = people.find((one) => one.email === person.email)!;
  await page.goto("/admin/audit");
  await page
    .getByRole("button", { name: `Everything done to ${name} · ${person.email}` })
    .first()
    .click();
  const deeds = page.getByRole("region", { name: "Audit" }).locator("tbody").getByRole("row");
  // The account made, shut out, let in again, signed out.
  await expect(deeds).toHaveCount(4);
  await expect(page).toHaveURL(`/admin/audit?subject=${encodeURIComponent(`User:${id}`)}`);
  await deeds.last().getByRole("button", { name, exact: true }).click();
  await expect(deeds).toHaveText([/Signed up/]);
  await page.getByLabel("Area").click();
  await page.getByRole("option", { name: "Gates" }).click();
  await expect(page.getByText("Nothing was done like this")).toBeVisible();
  expect(await axeFindings(page)).toEqual([]);
  await page.getByRole("button", { name: "Clear filters" }).click();
  await expect(page).toHaveURL("/admin/audit");
  await expect(deeds.nth(4)).toBeVisible();
});

test("whoever forgot to change the password does, and every other device is signed out", async ({
  page,
  person,
  baseURL,
}) => {
  const elsewhere = await signIn(baseURL!, person);
  await page.goto("/settings/security");
  await page.getByLabel("Present password").fill(person.password);
  await page.getByLabel("New password").fill("a longer one than before");
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByText("Your password was changed")).toBeVisible();
  expect(await elsewhere.trpc.viewer.me.query()).toBeNull();
  await page.reload();
  await expect(page.getByText("this one")).toBeVisible();
});
