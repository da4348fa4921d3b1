import { BlockList, isIPv6 } from "node:net";

/** Whether an address is one of the operator's proxies, or in one of their networks. */
export type IsTrustedProxy = (address: string | undefined) => boolean;

export function createTrustedProxies(networks: readonly string[]): IsTrustedProxy {
  const list = new BlockList();
  for (const network of networks) {
    const [start = "", bits] = network.split("/");
    if (bits === undefined) list.addAddress(start, familyOf(start));
    else list.addSubnet(start, Number(bits), familyOf(start));
  }
  return (address) => address !== undefined && list.check(address, familyOf(address));
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIPv6(address) ? "ipv6" : "ipv4";
}
