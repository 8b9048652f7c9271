// What a browser calls itself, in words for people.
import { expect, test } from "vitest";
import { deviceName } from "../../../app/_lib/device-name.ts";

const MOZILLA = "Mozilla/5.0";
test.each([
  [`${MOZILLA} (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0`, "Firefox", "Linux"],
  [`${MOZILLA} (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/129.0.0.0 Safari/537.36`, "Chrome", "Windows"],
  [`${MOZILLA} (Windows NT 10.0) AppleWebKit/537.36 Chrome/129.0.0.0 Safari/537.36 Edg/129.0`, "Edge", "Windows"],
  [`${MOZILLA} (Macintosh; Intel Mac OS X 14_6) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15`, "Safari", "macOS"],
  [`${MOZILLA} (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile Safari/604.1`, "Safari", "iOS"],
  [`${MOZILLA} (Linux; Android 15) AppleWebKit/537.36 Chrome/129.0.0.0 Mobile Safari/537.36`, "Chrome", "Android"],
  ["curl/8.10.1", "curl", null],
])("%s", (userAgent, browser, system) => expect(deviceName(userAgent)).toEqual({ browser, system }));

test.each([null, "", "something else"])("nothing is guessed from %j", (userAgent) =>
  expect(deviceName(userAgent)).toBeNull(),
);
