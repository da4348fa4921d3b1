import { createOutbound } from "../../src/outbound/outbound.js";

/** Allows the servers that tests start on this machine. */
export const loopbackOutbound = createOutbound({ allowed: "loopback" });
