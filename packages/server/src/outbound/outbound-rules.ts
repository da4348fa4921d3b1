import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import { ConfigurationError } from "../errors/configuration-error.js";
import { kindOf, parseAddress, type Address, type AddressKind } from "./address-kind.js";

/** The destination that a caller asks for. */
export interface Destination {
  /** As the caller wrote it: a name in lower case, or an address. */
  readonly host: string;
  readonly port: number;
}

/** One entry of `MILLRACE_OUTBOUND`: whether it allows an address that is not public. */
export type OutboundRule = (destination: Destination, address: Address) => boolean;

const words: ReadonlySet<string> = new Set<AddressKind>(["loopback", "private"]);
const hostPattern = /^(\*\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/;
const expected =
  "a network such as 10.1.0.0/16, a host such as minio.internal or *.corp.example, loopback or private, with or without :port";

/**
 * Reads `MILLRACE_OUTBOUND`.
 *
 * @throws ConfigurationError naming the entry that is not valid.
 */
export function parseOutboundRules(text: string): OutboundRule[] {
  return text
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "")
    .map(parseRule);
}

/** Allows one host at one port. */
export function allowDestination({ host, port }: Destination): OutboundRule {
  return (destination, address) =>
    destination.port === port && destination.host === host && kindOf(address) !== "metadata";
}

function parseRule(entry: string): OutboundRule {
  const { place, port } = splitPort(entry.toLowerCase());
  const matches = placeRule(place);
  if (matches === undefined || (port !== undefined && (port < 1 || port > 65_535)))
    throw new ConfigurationError(
      `MILLRACE_OUTBOUND is not valid: found ${JSON.stringify(entry)}, expected ${expected}.`,
    );
  return (destination, address) => (port === undefined || port === destination.port) && matches(destination, address);
}

/** `host:port`; an IPv6 address with a port is in brackets. */
function splitPort(entry: string): { readonly place: string; readonly port: number | undefined } {
  const [, place, port] = /^\[([^\]]*)\](?::(\d{1,5}))?$/.exec(entry) ?? /^([^:]*):(\d{1,5})$/.exec(entry) ?? [];
  if (place === undefined) return { place: entry, port: undefined };
  return { place, port: port === undefined ? undefined : Number(port) };
}

function placeRule(place: string): OutboundRule | undefined {
  if (words.has(place)) return (_destination, address) => kindOf(address) === place;
  const [start = "", bits] = place.split("/");
  if (isIP(start) !== 0) return networkRule(start, bits);
  if (!hostPattern.test(place)) return undefined;
  const isNamed = place.startsWith("*.")
    ? (host: string) => host.endsWith(place.slice(1))
    : (host: string) => host === place;
  return ({ host }, address) => isNamed(host) && kindOf(address) !== "metadata";
}

function networkRule(start: string, bits: string | undefined): OutboundRule | undefined {
  const network = parseAddress(start);
  const width = network instanceof ipaddr.IPv4 ? 32 : 128;
  const length = bits === undefined ? width : Number(bits);
  if (!/^\d{1,3}$/.test(bits ?? "0") || length > width) return undefined;
  return (_destination, address) =>
    address.kind() === network.kind() &&
    address.match(network, length) &&
    // Allowing a network that contains one does not mean to expose credentials.
    (length === width || kindOf(address) !== "metadata");
}

const defaultPorts: Readonly<Record<string, number>> = { "http:": 80, "https:": 443 };

/** Where an http or https URL points to. */
export function destinationOf(url: string): Destination {
  const { hostname, port, protocol } = new URL(url);
  return { host: normalHost(hostname), port: Number(port || defaultPorts[protocol]) };
}

/** Without the brackets of IPv6 and the dot at the end of a full name, in lower case. */
export function normalHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, "$1")
    .replace(/\.$/, "");
}
