import { ConfigurationError } from "../../../packages/server/src/errors/configuration-error.ts";
import { parseAddress } from "../../../packages/server/src/outbound/address-kind.ts";
import { parseOutboundRules } from "../../../packages/server/src/outbound/outbound-rules.ts";
import { holds, throwsOnly, type FuzzTarget } from "../target.ts";

const metadata = parseAddress("169.254.169.254");

/** What an operator allows: refused, or rules; none of them but its own address opens a metadata server. */
export const target: FuzzTarget = {
  seeds: [
    "10.1.0.0/16, loopback",
    "private:443,*.corp.example:80",
    "[fd00::1]:9000,minio.internal:9000",
    "169.254.169.254",
    "0.0.0.0/0,::/0",
  ],
  dictionary: [",", ":", "/", "*.", "[", "]", "loopback", "private", "0.0.0.0/0", "::/0", "/33", "/129", "."],
  run(data) {
    const text = data.toString("utf8");
    const rules = throwsOnly([ConfigurationError], () => parseOutboundRules(text)) ?? [];
    for (const allows of rules) {
      const isOpen = allows({ host: "metadata.corp.example", port: 80 }, metadata);
      holds(!isOpen || /169\.254\.169\.254|a9fe/i.test(text), "a metadata server is allowed by its own address only");
    }
  },
};
