/** Where this server may send to outside itself: a list that only the environment can change, and the networks that need naming in it. */

import { BlockList, isIP } from "node:net";

/** What WEBHOOK_ALLOW says. */
export interface Destinations {
  origins: { protocol: "http:" | "https:"; host: string; port: string }[];
  /** Addresses and networks that may be reached although they are not public. */
  addresses: BlockList;
}

const DEFAULT_PORT = { "http:": "80", "https:": "443" } as const;
const NAME = /^(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;

/**
 * Reads a list with commas or blanks between its entries: `hooks.example.com` (https, port 443), `https://*.example.com:8443`,
 * `http://10.0.0.5:*` (any port), and bare addresses or networks, `10.0.0.5` or `10.0.0.0/8`, that names may lead to.
 * @throws Error with a sentence that names the entry
 */
export function parseDestinations(text: string): Destinations {
  const list: Destinations = { origins: [], addresses: new BlockList() };
  for (const entry of text.split(/[\s,]+/).filter(Boolean)) {
    if (!addNetwork(list, entry)) addOrigin(list, entry);
  }
  return list;
}

function addNetwork({ addresses }: Destinations, entry: string): boolean {
  const [address = "", prefix, ...rest] = entry.split("/");
  const family = isIP(address);
  if (family === 0) return false;
  const bits = prefix === undefined ? (family === 4 ? 32 : 128) : /^\d{1,3}$/.test(prefix) ? Number(prefix) : -1;
  if (bits < 0 || bits > (family === 4 ? 32 : 128) || rest.length > 0)
    throw new Error(`"${entry}" is no network; write it as 10.0.0.0/8`);
  addresses.addSubnet(address, bits, family === 4 ? "ipv4" : "ipv6");
  return true;
}

function addOrigin({ origins, addresses }: Destinations, entry: string): void {
  const [, scheme = "https", bracketed, plain, port] =
    /^(?:(https?):\/\/)?(?:\[([0-9a-f:.]+)\]|([^/:[\]@?#]+))(?::(\d{1,5}|\*))?\/?$/i.exec(entry) ?? [];
  const host = (bracketed ?? plain ?? "").toLowerCase();
  const protocol = `${scheme.toLowerCase()}:` as keyof typeof DEFAULT_PORT;
  const family = isIP(host);
  if (family === 0 && !NAME.test(host))
    throw new Error(`"${entry}" is no destination; write a host, such as https://hooks.example.com, without a path`);
  // Whoever writes an address out means that address.
  if (family !== 0) addresses.addAddress(host, family === 4 ? "ipv4" : "ipv6");
  origins.push({ protocol, host: family === 6 ? `[${host}]` : host, port: port ?? DEFAULT_PORT[protocol] });
}

/** An entry of the list, as it could have been written. */
export const originText = ({ protocol, host, port }: Destinations["origins"][number]): string =>
  `${protocol}//${host}${port === DEFAULT_PORT[protocol] ? "" : `:${port}`}`;

/** Why an address may not be sent to; null when it may. Says nothing of where its name leads: see `mayReach`. */
export function refuseDestination({ origins }: Destinations, address: string): string | null {
  if (!URL.canParse(address)) return "This is no address; write it whole, such as https://hooks.example.com/hone.";
  const { protocol, hostname, port, username, password, hash } = new URL(address);
  if (protocol !== "http:" && protocol !== "https:") return "Only http and https can be sent to.";
  if (username || password || hash) return "An address must hold neither a name and password nor a #.";
  const host = hostname.replace(/\.$/, "");
  const usedPort = port || DEFAULT_PORT[protocol];
  const known = origins.some(
    (origin) =>
      origin.protocol === protocol &&
      (origin.port === "*" || origin.port === usedPort) &&
      (origin.host.startsWith("*.") ? host.endsWith(origin.host.slice(1)) : host === origin.host),
  );
  if (known) return null;
  return `WEBHOOK_ALLOW does not name ${protocol}//${host}${port ? `:${port}` : ""}; whoever runs this server can add it and start again.`;
}

/** IPv4 networks that are not the public internet (IANA's special-purpose registry, RFC 6890), multicast and broadcast among them. */
const NOT_PUBLIC = [
  ..."0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.31.196.0/24".split(
    " ",
  ),
  ..."192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/3".split(
    " ",
  ),
  // Of the public 2000::/3: protocol assignments with Teredo, documentation, 6to4, which carries IPv4 addresses within.
  ..."2001::/23 2001:db8::/32 2002::/16 3fff::/20 2620:4f:8000::/48".split(" "),
];
const notPublic = new BlockList();
for (const network of NOT_PUBLIC) {
  const [address, bits] = network.split("/") as [string, string];
  notPublic.addSubnet(address, Number(bits), isIP(address) === 4 ? "ipv4" : "ipv6");
}
/** The only part of IPv6 that is given out to the public; what maps or embeds IPv4 addresses lies outside it. */
const globalUnicast = new BlockList();
globalUnicast.addSubnet("2000::", 3, "ipv6");

/** Whether an IP address that a name led to may be connected to: public ones, and those that the list names. */
export function mayReach({ addresses }: Destinations, address: string): boolean {
  const family = isIP(address);
  if (family === 0) return false;
  const kind = family === 4 ? "ipv4" : "ipv6";
  if (addresses.check(address, kind)) return true;
  return !notPublic.check(address, kind) && (family === 4 || globalUnicast.check(address, kind));
}
