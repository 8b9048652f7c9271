// Pages of the registry: what somebody chose to import is told apart before it is sent, and typed tags become tags.
import { describe, expect, test } from "vitest";
import { tagsIn } from "../../../app/admin/adapters/[id]/tags-in.ts";
import { archiveOf, choiceOf } from "../../../app/admin/adapters/send-adapter.ts";
import { readTar } from "../../../server/tar.ts";

const file = (name: string, text = name) => new File([text], name);
const [config, weights] = [file("adapter_config.json"), file("adapter_model.safetensors", "x".repeat(1500))];

describe("what was chosen", () => {
  test.each<[string, File[], object]>([
    ["nothing", [], { kind: "NOTHING" }],
    ["a GGUF file", [file("mine.GGUF")], { kind: "READY", fileName: "mine.GGUF" }],
    ["an archive", [file("mine.tar")], { kind: "READY", fileName: "mine.tar" }],
    ["PEFT's pair, in any order", [weights, config], { kind: "READY", fileName: "peft.tar" }],
    ["PEFT's config alone", [config], { kind: "HALF", missing: "adapter_model.safetensors" }],
    ["PEFT's weights alone", [weights], { kind: "HALF", missing: "adapter_config.json" }],
    ["something else", [config, weights, file("README.md")], { kind: "OTHER", name: "README.md" }],
    ["a zip archive", [file("mine.zip")], { kind: "OTHER", name: "mine.zip" }],
    ["two adapters", [file("a.gguf"), file("b.gguf")], { kind: "SEVERAL" }],
    ["an adapter both ways", [file("a.gguf"), config, weights], { kind: "SEVERAL" }],
  ])("%s", (_, files, choice) => {
    expect(choiceOf(files)).toMatchObject(choice);
  });

  test("PEFT's pair becomes an archive that the server reads", async () => {
    const blob = archiveOf([config, weights]);
    expect(blob.size % 512).toBe(0);
    const found: Record<string, string> = {};
    for await (const { name, body } of readTar(blob.stream() as unknown as AsyncIterable<Uint8Array>)) {
      const parts: Uint8Array[] = [];
      for await (const part of body) parts.push(part);
      found[name] = Buffer.concat(parts).toString();
    }
    expect(found).toEqual({ [config.name]: await config.text(), [weights.name]: await weights.text() });
  });
});

test("tags are small, each once, whichever comma stands between", () => {
  expect(tagsIn("Polite, 德语，polite、 week 47 ,,")).toEqual(["polite", "德语", "week 47"]);
  expect(tagsIn("x".repeat(60))).toEqual(["x".repeat(40)]);
  expect(tagsIn(Array.from({ length: 30 }, (_, i) => `t${i}`).join())).toHaveLength(20);
});
