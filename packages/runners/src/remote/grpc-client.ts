import grpc from "@grpc/grpc-js";
import { load } from "@grpc/proto-loader";
import { onAbort } from "../isolation/on-abort.js";
import { ConnectionLostError } from "./model-connection.js";
import { serverPlace, type Outbound } from "./outbound.js";

// What the published template servers accept in one message.
const maximumMessageBytes = 250 * 2 ** 20;

/**
 * A client of one service, in plain text.
 *
 * @param service its name with its package, if it has one.
 * @param address `host:port`, `grpc://host:port` or `unix:/path`.
 * @param outbound which addresses may be connected to; any when left out, and only then a socket.
 */
export async function openGrpcClient(
  protoFile: string,
  service: string,
  address: string,
  outbound?: Outbound,
): Promise<grpc.Client> {
  const definition = await load(protoFile, { keepCase: true, defaults: true, longs: String, enums: String });
  const ServiceClient = grpc.makeClientConstructor(definition[service] as grpc.ServiceDefinition, service);
  return new ServiceClient(await targetOf(address, outbound), grpc.credentials.createInsecure(), {
    "grpc.max_send_message_length": maximumMessageBytes,
    "grpc.max_receive_message_length": maximumMessageBytes,
    // A model server that starts is asked again within a second, not after the library's two minutes.
    "grpc.initial_reconnect_backoff_ms": 100,
    "grpc.max_reconnect_backoff_ms": 1_000,
    // Neither a proxy of the environment nor settings that a name server holds.
    "grpc.enable_http_proxy": 0,
    "grpc.service_config_disable_resolution": 1,
    // Engines to the same address must not share one connection: closing one would not close its own.
    "grpc.use_local_subchannel_pool": 1,
  });
}

/** What the library connects to: where there is a policy, the addresses that were checked, so that it resolves nothing itself. */
async function targetOf(address: string, outbound: Outbound | undefined): Promise<string> {
  if (outbound === undefined) return address.replace(/^grpc:\/\//, "");
  const { host, port } = serverPlace(address);
  const found = await outbound.resolve(host, port);
  // A target holds addresses of one family.
  const family = found[0]?.family;
  const same = found.filter((one) => one.family === family);
  return family === 6
    ? `ipv6:${same.map((one) => `[${one.address}]:${port}`).join(",")}`
    : `ipv4:${same.map((one) => `${one.address}:${port}`).join(",")}`;
}

/** One unary method as a function; an abort cancels the call. */
export function unaryCall<Request, Response>(
  client: grpc.Client,
  method: string,
): (request: Request, signal: AbortSignal) => Promise<Response> {
  const methods = client as unknown as Record<string, UnaryMethod<Request, Response>>;
  return (request, signal) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error);
      const call = methods[method]?.call(client, request, (error, response) => {
        forgetSignal();
        if (error === null && response !== undefined) resolve(response);
        else reject(signal.aborted ? (signal.reason as Error) : toError(error, method));
      });
      const forgetSignal = onAbort(signal, () => call?.cancel());
    });
}

type UnaryMethod<Request, Response> = (
  request: Request,
  callback: (error: grpc.ServiceError | null, response?: Response) => void,
) => grpc.ClientUnaryCall;

function toError(error: grpc.ServiceError | null, method: string): Error {
  if (error === null) return new Error(`${method} returned no response`);
  const message = `${method} failed with ${grpc.status[error.code]}: ${error.details || "no reason given"}`;
  return error.code === grpc.status.UNAVAILABLE
    ? new ConnectionLostError(message, { cause: error })
    : new Error(message, { cause: error });
}

/** Whether a call failed because the server does not have its method. */
export function isUnimplemented(error: unknown): boolean {
  const { code } = ((error as Error).cause ?? {}) as { code?: unknown };
  return code === grpc.status.UNIMPLEMENTED;
}
