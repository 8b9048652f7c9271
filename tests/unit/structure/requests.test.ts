// Every address of the web process answers under an id of the request, which its log lines bear.
import { expect, test } from "vitest";
import { read, sourceFiles } from "../../helpers/sources.ts";

/** Asked by machines every few seconds; what they find is told by the metrics. */
const PROBES = ["app/api/health/route.ts", "app/api/health/ready/route.ts", "app/api/metrics/route.ts"];

test("but probes", () => {
  const routes = sourceFiles().filter((file) => /^app\/.*\/route\.ts$/.test(file));
  expect(routes.length).toBeGreaterThan(10);
  const bare = routes.filter((file) => !/\b(inRequest|answerAdmin|answer)\(/.test(read(file)));
  expect(bare.sort()).toEqual(PROBES.sort());
});
