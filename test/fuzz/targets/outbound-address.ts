import { BlockList, isIP } from "node:net";
import { AddressNotAllowedError } from "../../../packages/server/src/outbound/address-not-allowed.ts";
import { createOutbound } from "../../../packages/server/src/outbound/outbound.ts";
import { holds, rejectsOnly, throwsOnly, type FuzzTarget } from "../target.ts";

// Written down a second time and checked by Node: RFC 6890 and its updates, with what the clouds keep for themselves.
const denied = new BlockList();
const deniedNetworks =
  "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.168.0.0/16 198.18.0.0/15 " +
  "224.0.0.0/4 240.0.0.0/4 168.63.129.16/32";
for (const network of deniedNetworks.split(" ")) {
  const [start = "", bits] = network.split("/");
  denied.addSubnet(start, Number(bits), "ipv4");
}
for (const network of ["::/128", "::1/128", "fc00::/7", "fe80::/10", "ff00::/8", "fec0::/10"]) {
  const [start = "", bits] = network.split("/");
  denied.addSubnet(start, Number(bits), "ipv6");
}

/** What the system's resolver makes of a literal, decimal, octal and hexadecimal ones too, as the URL standard has it. */
async function resolveLiteral(host: string): Promise<{ address: string; family: number }[]> {
  const url = `http://${host.includes(":") ? `[${host}]` : host}/`;
  const literal = URL.canParse(url) ? new URL(url).hostname.replace(/^\[|\]$/g, "") : "";
  if (isIP(literal) === 0) throw Object.assign(new Error("no such host"), { code: "ENOTFOUND" });
  return [{ address: literal, family: isIP(literal) }];
}

class UnknownHost extends Error {}
const outbound = createOutbound({ allowed: "", resolve: resolveLiteral });

/** A host in any spelling: what may be connected to is never an address that is not public. */
export const target: FuzzTarget = {
  seeds: (
    "127.0.0.1 127.1 0x7f000001 2130706433 0177.0.0.1 [::1] ::ffff:10.0.0.1 [::ffff:7f00:1] 8.8.8.8 64:ff9b::a9fe:a9fe fe80::1 " +
    "169.254.169.254. 0 [::] 2001:4860:4860::8888 [::127.0.0.1] 2002:7f00:1:: 2001:0:7f00:1:: fd00:ec2::254 [fe80::1%25eth0] " +
    "64:ff9b::a9fe%:a9fe ::ffff:0:127.0.0.1 1.2.3.4.5 100.100.100.200"
  ).split(" "),
  dictionary: [
    "127.",
    "0x",
    "::ffff:",
    "::",
    "[",
    "]",
    "%",
    ".",
    "10.",
    "169.254.169.254",
    "a9fe",
    "7f00:1",
    "64:ff9b:",
    "2002:",
    "0",
    "\u3002",
    "①",
  ],
  async run(data) {
    const host = data.toString("utf8");
    throwsOnly([AddressNotAllowedError], () => outbound.check("input.endpoint", { host, port: 80 }));
    const found = await rejectsOnly([AddressNotAllowedError, UnknownHost], () =>
      outbound.resolve(host, 80).catch((error: { code?: string }) => {
        throw error.code === "ENOTFOUND" ? new UnknownHost() : error;
      }),
    );
    for (const { address } of found ?? [])
      holds(!isDenied(address), `${JSON.stringify(host)} may not reach ${address}`);
  },
};

function isDenied(address: string): boolean {
  if (isIP(address) === 4) return denied.check(address, "ipv4");
  const { hostname } = new URL(`http://[${address.replace(/%.*$/, "")}]/`);
  const mapped = /^\[(?:::ffff:|::ffff:0:|64:ff9b::|::)([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(hostname);
  if (mapped !== null) {
    const [high, low] = [Number.parseInt(mapped[1] ?? "", 16), Number.parseInt(mapped[2] ?? "", 16)];
    if (denied.check([high >> 8, high & 255, low >> 8, low & 255].join("."), "ipv4")) return true;
  }
  return denied.check(address.replace(/%.*$/, ""), "ipv6");
}
