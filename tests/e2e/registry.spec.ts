// The shelf of adapters in the browser: brought along or refused in words, named, found, compared, downloaded in three shapes, retired and taken back.
import { createHash, randomInt } from "node:crypto";
import fs from "node:fs/promises";
import type { Download, Locator, Page } from "@playwright/test";
import { answerInstead, brings, FAILURE } from "../helpers/answers.ts";
import { bringAdapter, callOffGates, starterAdapter } from "../helpers/brought-adapter.ts";
import { axeFindings, expect, test, undo, uniqueName } from "../helpers/e2e.ts";
import { fitsItsWidth } from "../helpers/layout.ts";

interface Sent {
  name: string;
  body: Buffer;
}

/** Drops files onto a part of the page, as a hand would from its desktop. */
async function drop(target: Locator, files: readonly Sent[]): Promise<void> {
  const sent = files.map(({ name, body }) => ({ name, base64: body.toString("base64") }));
  const dataTransfer = await target.page().evaluateHandle((files) => {
    const transfer = new DataTransfer();
    for (const { name, base64 } of files) {
      transfer.items.add(new File([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], name));
    }
    return transfer;
  }, sent);
  await target.dispatchEvent("drop", { dataTransfer });
}

async function bytesOf(download: Download): Promise<Buffer> {
  return fs.readFile((await download.path())!);
}

async function downloaded(page: Page, link: Locator): Promise<Buffer> {
  const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
  return bytesOf(download);
}

const sha256 = (body: Buffer) => createHash("sha256").update(body).digest("hex");
const anySeed = () => randomInt(2 ** 31);

test("an adapter is refused in words, comes by drag and drop, gets a name and notes, and is downloaded three ways", async ({
  page,
  asAdmin,
  expectedErrors,
}) => {
  test.setTimeout(180_000);
  expectedErrors.push(/status of 400/);
  const name = uniqueName("Guest");
  const tag = name.toLowerCase();
  const body = starterAdapter({ seed: anySeed() });
  await page.goto("/admin/adapters");
  const open = page.getByRole("button", { name: "Import" });
  const dialog = page.getByRole("dialog", { name: "Import an adapter" });
  const act = dialog.getByRole("button", { name: /^(Import|Try again)$/ });
  const zone = dialog.getByText("Drop the files here");

  await test.step("whatever is no adapter is refused before or after it is sent, and the reason is a sentence", async () => {
    await open.press("Enter");
    await act.click();
    await expect(dialog.getByText("Choose the adapter’s files first.")).toBeVisible();
    await drop(zone, [{ name: "notes.txt", body: Buffer.from("no") }]);
    await expect(dialog.getByText("notes.txt is no file of an adapter.")).toBeVisible();
    await drop(zone, [{ name: "adapter_config.json", body: Buffer.from("{}") }]);
    await expect(dialog.getByText("adapter_model.safetensors is missing")).toBeVisible();
    await drop(zone, [{ name: "half.gguf", body: body.subarray(0, body.length / 2) }]);
    await act.click();
    await expect(dialog.getByRole("alert")).toContainText("The file is cut short.");
    await expect(dialog.getByRole("alert")).toContainText("nothing of it was kept");
    expect(await axeFindings(page)).toEqual([]);
    await drop(zone, [{ name: "wide.gguf", body: starterAdapter({ seed: 1, wider: 8 }) }]);
    await act.click();
    await expect(dialog.getByRole("alert")).toContainText("another shape");
    await dialog.getByText("In detail").click();
    await expect(dialog.getByRole("alert").locator("details")).toContainText(/blk\.0\./);
  });

  await test.step("the right file lands on its own page, under its hash and the name it was given", async () => {
    await drop(zone, [{ name: "guest.gguf", body }]);
    await expect(dialog.getByRole("alert")).toHaveCount(0);
    await dialog.getByLabel("Name").fill(name);
    await act.click();
    await expect(page).toHaveURL(/\/admin\/adapters\/[0-9a-f-]{36}$/);
    await expect(page.getByRole("heading", { level: 1 })).toContainText(`${name}${sha256(body).slice(0, 6)}`);
    await expect(page.getByText("guest.gguf · GGUF")).toBeVisible();
  });
  const adapterId = new URL(page.url()).pathname.split("/").at(-1)!;
  await callOffGates(asAdmin, adapterId);

  await test.step("notes and tags are written and stand in the model card, which is there in both languages", async () => {
    await page.getByRole("button", { name: "Edit" }).click();
    await page.getByRole("textbox", { name: "Tags" }).fill(`${tag}, Short replies`);
    await page.getByRole("textbox", { name: "Notes" }).fill("Brought by **hand**.");
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByRole("list", { name: "Tags" })).toContainText("short replies");
    await expect(page.getByText("hand", { exact: true })).toBeVisible();
    await page.getByRole("button", { name: "Model card" }).click();
    const card = page.getByRole("dialog", { name: "Model card" });
    await expect(card.getByRole("heading", { name })).toBeVisible();
    await expect(card.getByText("Brought by")).toBeVisible();
    await card.getByRole("combobox", { name: "Language of the card" }).click();
    await page.getByRole("option", { name: "简体中文" }).click();
    await expect(card.getByRole("heading", { name: "局限" })).toBeVisible();
    expect(await axeFindings(page)).toEqual([]);
    const text = (await downloaded(page, card.getByRole("link", { name: "Download" }))).toString();
    expect(text).toContain("局限");
    await page.keyboard.press("Escape");
  });

  await test.step("GGUF byte for byte, PEFT's two files as one archive, and a merged model that is made on request", async () => {
    expect(await downloaded(page, page.getByRole("link", { name: "Download adapter.gguf" }))).toEqual(body);
    const peft = await downloaded(page, page.getByRole("link", { name: "Download peft.tar" }));
    expect(peft.includes("adapter_config.json") && peft.includes("adapter_model.safetensors")).toBe(true);
    await page.getByRole("combobox", { name: "Stored as" }).click();
    await page.getByRole("option", { name: "Q8_0" }).click();
    await page.getByRole("button", { name: "Make it" }).click();
    const link = page.getByRole("link", { name: "Download merged-q8_0.gguf" });
    await expect(link).toBeVisible({ timeout: 60_000 });
    const merged = await downloaded(page, link);
    expect(merged.subarray(0, 4).toString()).toBe("GGUF");
    expect(merged.length).toBeGreaterThan(body.length);
  });

  await test.step("a tag in the list narrows it down to what bears it", async () => {
    await page.getByRole("link", { name: "Adapters" }).first().click();
    await page.getByRole("button", { name: tag }).click();
    const rows = page.getByRole("region", { name: "Adapters" }).getByRole("row");
    await expect(rows).toHaveCount(2);
    await expect(rows.nth(1)).toContainText("imported");
    expect(await axeFindings(page)).toEqual([]);
  });
});

test("two adapters are picked by keyboard, compared, and one of them is retired and taken back", async ({
  page,
  asAdmin,
}) => {
  const [one, other] = [uniqueName("One"), uniqueName("Other")];
  const first = await bringAdapter(asAdmin, starterAdapter({ seed: anySeed() }), one);
  await bringAdapter(asAdmin, starterAdapter({ seed: anySeed(), rank: 8 }), other);

  await test.step("the list is searched, and two are picked", async () => {
    await page.goto("/admin/adapters");
    await page.getByRole("checkbox", { name: new RegExp(`^Compare ${one}`) }).press("Space");
    await expect(page.getByText("One chosen; choose another to compare.")).toBeVisible();
    await page.getByRole("checkbox", { name: new RegExp(`^Compare ${other}`) }).press("Space");
    await page.getByRole("link", { name: "Compare both" }).press("Enter");
    await expect(page).toHaveURL(/\/admin\/adapters\/compare\?a=.*&b=/);
  });

  await test.step("nothing is claimed of what nobody measured, and choosing the same one twice is not offered", async () => {
    await expect(page.getByText("Nobody has compared replies of these two")).toBeVisible();
    await expect(page.getByText("No run here made either of them.")).toBeVisible();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole("combobox", { name: "Other" }).click();
    await expect(page.getByRole("option", { name: new RegExp(other) })).toBeVisible();
    await expect(page.getByRole("option", { name: new RegExp(one) })).toHaveCount(0);
    await page.keyboard.press("Escape");
  });

  await test.step("retired it is offered no more; Undo brings it back", async () => {
    await page.goto(`/admin/adapters/${first}`);
    await expect(page.getByRole("button", { name: "Activate" })).toBeVisible();
    await page.getByRole("button", { name: "Retire", exact: true }).click();
    await expect(page.getByText("It is not offered any more")).toBeVisible();
    await expect(page.getByRole("button", { name: "Activate" })).toHaveCount(0);
    await undo(page);
    await expect(page.getByRole("button", { name: "Activate" })).toBeVisible();
    expect((await asAdmin.trpc.adapter.get.query({ id: first })).status).toBe("CANDIDATE");
  });

  await test.step("what is kept of old ones is a policy, and says what it means now", async () => {
    await page.goto("/admin/adapters");
    await page.getByRole("button", { name: "Retention" }).click();
    const dialog = page.getByRole("dialog", { name: "What is kept of old adapters" });
    await dialog.getByLabel("Days after it was rejected or retired").fill("0");
    await expect(dialog.getByText("A whole number from 1 to 3650.")).toBeVisible();
    await expect(dialog.getByRole("list")).toContainText(/stays · /);
    expect(await axeFindings(page)).toEqual([]);
  });
});

test("the list says that it loads, that it failed, and that nothing fits", async ({ page, asAdmin }) => {
  await bringAdapter(asAdmin, starterAdapter({ seed: anySeed() }), uniqueName("Any"));
  let answer = () => {};
  const held = new Promise<void>((resolve) => {
    answer = resolve;
  });
  let failing = true;
  await answerInstead(page, "adapter.list", async (real) => {
    await held;
    return failing ? FAILURE : brings(real);
  });
  await page.goto("/admin/adapters");
  await expect(page.getByRole("status", { name: "Loading" })).toBeVisible();
  answer();
  const failure = page.getByRole("alert").filter({ hasText: "Something went wrong on our side" });
  await expect(failure).toBeVisible();
  failing = false;
  await failure.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("region", { name: "Adapters" })).toBeVisible();
  await page.getByRole("searchbox", { name: "Name, hash, notes" }).fill("no adapter is called this");
  await expect(page.getByText("No adapter fits")).toBeVisible();
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

  test("an adapter is brought along, looked at and compared without moving the page sideways", async ({
    page,
    asAdmin,
  }) => {
    const name = uniqueName("Pocket");
    await page.goto("/admin/adapters");
    await fitsItsWidth(page);
    await page.getByRole("button", { name: "Import" }).tap();
    const dialog = page.getByRole("dialog", { name: "Import an adapter" });
    await dialog.getByLabel("Choose files").setInputFiles({
      ...{ name: "pocket.gguf", mimeType: "application/octet-stream" },
      buffer: starterAdapter({ seed: anySeed() }),
    });
    await expect(dialog.getByRole("list", { name: "Chosen files" })).toContainText("pocket.gguf");
    await dialog.getByLabel("Name").fill(name);
    await dialog.getByRole("button", { name: "Import" }).tap();
    await expect(page.getByRole("heading", { level: 1 })).toContainText(name);
    await callOffGates(asAdmin, new URL(page.url()).pathname.split("/").at(-1)!);
    await fitsItsWidth(page);
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole("link", { name: "Compare" }).tap();
    await expect(page.getByText("Choose two different adapters.")).toBeVisible();
    await fitsItsWidth(page);
  });
});
