import { isIPv6 } from "node:net";
import { FailureError } from "../errors/failure.js";
import { kindWords, type AddressKind } from "./address-kind.js";
import type { Destination } from "./outbound-rules.js";

/** A connection was refused before it was attempted, so the message does not reveal whether the port is open. */
export class AddressNotAllowedError extends FailureError {
  override readonly name = "AddressNotAllowedError";

  constructor(message: string) {
    super("input.address_not_allowed", message);
  }
}

/** @param field where the caller gave the address, such as "input.endpoint". */
export function notAllowed(
  destination: Destination,
  kind: AddressKind | "own",
  { field, isName }: { readonly field: string | undefined; readonly isName: boolean },
): AddressNotAllowedError {
  const place = placeOf(destination);
  const address = field === undefined ? `The address ${place}` : `The address of ${field}, ${place},`;
  const is = isName ? "it resolves to" : "it is";
  if (kind === "own") return new AddressNotAllowedError(`${address} is not allowed: ${is} Millrace itself.`);
  const advice = kind === "metadata" ? "" : ` The operator can allow it with MILLRACE_OUTBOUND=${place}.`;
  return new AddressNotAllowedError(`${address} is not allowed: ${is} ${kindWords[kind]}.${advice}`);
}

function placeOf({ host, port }: Destination): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}
