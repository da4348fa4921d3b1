import { parseUrl } from "@millrace/contract";
import type { Agent, Dispatcher } from "undici";

/** Which addresses a model's server may be at, where the model was given by somebody who is not the operator. */
export interface Outbound {
  /**
   * Every address of a host, all of them checked; the name is not to be resolved again for a connection.
   *
   * @throws Error with a sentence when one of them is not allowed.
   */
  resolve(host: string, port: number): Promise<readonly { readonly address: string; readonly family: number }[]>;
  /** Sends HTTP to checked addresses only, or by the operator's proxies. */
  openHttp(options: Agent.Options): Dispatcher;
}

/** Where a server is that is reached by the network. */
export interface ServerPlace {
  readonly host: string;
  readonly port: number;
}

const defaultPorts: Readonly<Record<string, number>> = { "http:": 80, "https:": 443, "grpc:": 443 };

/**
 * Reads `host:port`, `http(s)://host:port` or `grpc://host:port`.
 *
 * @throws Error for anything else: sockets and the other schemes of gRPC's names reach what no address says.
 */
export function serverPlace(address: string): ServerPlace {
  const isBare = /^(\[[^\]]*\]|[^:/?#@]+)(:\d+)?$/.test(address);
  const text = isBare ? `grpc://${address}` : address;
  const url = parseUrl(text);
  const defaultPort = url === undefined ? undefined : defaultPorts[url.protocol];
  if (url === undefined || defaultPort === undefined || url.hostname === "")
    throw new Error(
      `runner.address is not valid: found ${JSON.stringify(address)}, expected host:port, http(s)://host:port or grpc://host:port.`,
    );
  return { host: url.hostname.replace(/^\[(.*)\]$/, "$1"), port: Number(url.port || defaultPort) };
}
