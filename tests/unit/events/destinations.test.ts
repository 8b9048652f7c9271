// Where webhooks may go: what the list means, and which addresses no name may lead to.
import { describe, expect, test } from "vitest";
import { mayReach, parseDestinations, refuseDestination } from "../../../server/destinations.ts";

const allowed = (list: string, address: string) => refuseDestination(parseDestinations(list), address) === null;

describe("the list of destinations", () => {
  const LIST = "hooks.example.com, *.corp.example:8443 http://10.0.0.5:9000,http://dev.example.org:* [2001:4860::1]";

  test.each([
    "https://hooks.example.com/hone?token=1",
    "https://HOOKS.example.com:443/",
    "https://hooks.example.com./",
    "https://a.corp.example:8443/x",
    "https://a.b.corp.example:8443/x",
    "http://10.0.0.5:9000/in",
    "http://0x0a.0.0.5:9000/in", // the same address, written otherwise
    "http://dev.example.org:12345/",
    "https://[2001:4860::1]/",
  ])("lets %s through", (address) => expect(allowed(LIST, address)).toBe(true));

  test.each([
    ["another host", "https://hooks.example.org/"],
    ["a host that begins alike", "https://hooks.example.com.evil.test/"],
    ["a host that ends alike", "https://evilhooks.example.com/"],
    ["plain http where https is meant", "http://hooks.example.com/"],
    ["another port", "https://hooks.example.com:444/"],
    ["the name a wildcard stands under", "https://corp.example:8443/"],
    ["a wildcard's name within another", "https://corp.example.evil.test:8443/"],
    ["a wildcard's end without its point", "https://evilcorp.example:8443/"],
    ["the default port where another is named", "https://a.corp.example/"],
    ["another port of an address", "http://10.0.0.5/"],
    ["a name and a password", "https://me:secret@hooks.example.com/"],
    ["the host as a name before another", "https://hooks.example.com@evil.test/"],
    ["a fragment", "https://hooks.example.com/#part"],
    ["another scheme", "ftp://hooks.example.com/"],
    ["no scheme", "hooks.example.com"],
    ["nothing", ""],
  ])("refuses %s", (_what, address) => expect(allowed(LIST, address)).toBe(false));

  test("an empty list lets nothing through, and networks alone no host", () => {
    expect(allowed("", "https://hooks.example.com/")).toBe(false);
    expect(allowed("10.0.0.0/8, 127.0.0.1", "https://10.0.0.5/")).toBe(false);
  });

  test.each([
    "https://a.example/path",
    "ftp://a.example",
    "a.example:http",
    "10.0.0.0/33",
    "10.0.0.0/x",
    "*",
    "a_b",
    "*.*.x",
  ])("does not guess what %s might mean", (entry) => expect(() => parseDestinations(entry)).toThrow(entry));
});

describe("addresses that a name may lead to", () => {
  const none = parseDestinations("hooks.example.com");

  test.each([
    "8.8.8.8",
    "93.184.216.34",
    "172.15.255.255",
    "172.32.0.1",
    "100.128.0.1",
    "2606:4700::1111",
    "2a00:1450::1",
  ])("%s is public", (address) => expect(mayReach(none, address)).toBe(true));

  test.each([
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "198.18.0.1",
    "203.0.113.5",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "fc00::1",
    "fe80::1",
    "ff02::1",
    "2002:7f00:1::",
    "2001:0:7f00::1",
    "2001:db8::1",
    "not an address",
  ])("%s is not", (address) => expect(mayReach(none, address)).toBe(false));

  test("what the list names can be reached all the same, and nothing beside it", () => {
    const list = parseDestinations("10.0.0.0/8 127.0.0.1 ::1 http://192.168.1.7:80");
    for (const address of ["10.255.0.1", "127.0.0.1", "::1", "192.168.1.7"]) expect(mayReach(list, address)).toBe(true);
    for (const address of ["127.0.0.2", "::2", "192.168.1.8"]) expect(mayReach(list, address)).toBe(false);
  });
});
