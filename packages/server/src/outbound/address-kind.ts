import ipaddr from "ipaddr.js";

/** What an address is, for the outbound policy: only public ones may be connected to by default. */
export type AddressKind = "public" | "loopback" | "private" | "link-local" | "metadata" | "special";

export type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** How a sentence calls an address of each kind. */
export const kindWords: Readonly<Record<AddressKind, string>> = {
  public: "a public address",
  loopback: "a loopback address",
  private: "a private address",
  "link-local": "a link-local address",
  metadata: "a cloud metadata address",
  special: "a reserved address",
};

/** Servers that hand credentials to the machine that asks: AWS, Google, Azure, Alibaba, Oracle. Some are within public or private ranges. */
const metadataAddresses: ReadonlySet<string> = new Set([
  "169.254.169.254",
  "169.254.169.253",
  "169.254.170.2",
  "169.254.170.23",
  "168.63.129.16",
  "100.100.100.200",
  "192.0.0.192",
  "fd00:ec2::23",
  "fd00:ec2::253",
  "fd00:ec2::254",
  "fd20:ce::254",
]);

const kindOfRange: Readonly<Record<string, AddressKind>> = {
  unicast: "public",
  loopback: "loopback",
  private: "private",
  uniqueLocal: "private",
  // Shared by the customers of a provider (RFC 6598); overlay networks use it, too.
  carrierGradeNat: "private",
  linkLocal: "link-local",
};

const nat64 = ipaddr.IPv6.parseCIDR("64:ff9b::/96");
/** All of IPv6 that is routed on the internet so far. */
const globalUnicast = ipaddr.IPv6.parseCIDR("2000::/3");

/**
 * The address that a connection reaches in the end: an IPv4 address that is written as IPv6, mapped (RFC 4291) or for NAT64
 * (RFC 6052), as IPv4.
 *
 * @param text an address as `net.isIP` takes it.
 */
export function parseAddress(text: string): Address {
  // What an address has behind "%" is a network interface of this machine.
  const address = ipaddr.process(text.split("%", 1)[0] ?? text);
  if (address instanceof ipaddr.IPv6 && address.match(nat64)) return new ipaddr.IPv4(address.toByteArray().slice(12));
  return address;
}

export function kindOf(address: Address): AddressKind {
  if (metadataAddresses.has(address.toString())) return "metadata";
  const kind = kindOfRange[address.range()] ?? "special";
  return kind === "public" && address instanceof ipaddr.IPv6 && !address.match(globalUnicast) ? "special" : kind;
}
