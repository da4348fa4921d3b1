import { describeConformance } from "./conformance.js";
import { startFauxqsStore } from "./fauxqs-store.js";
import type { Store } from "./store.js";

describeConformance("an emulator", startFauxqsStore, { hasUsers: false });

// A real server, when one is given: see scripts/ci/start-ceph.sh, which prints these variables.
const real = realStore(process.env);
if (real !== null) describeConformance(real.endpoint, () => Promise.resolve(real), { hasUsers: real.guest !== null });

function realStore(environment: NodeJS.ProcessEnv): Store | null {
  const endpoint = environment["MILLRACE_TEST_S3_ENDPOINT"];
  if (endpoint === undefined) return null;
  const guestKey = environment["MILLRACE_TEST_S3_GUEST_ACCESS_KEY_ID"];
  return {
    name: endpoint,
    endpoint,
    region: environment["MILLRACE_TEST_S3_REGION"] ?? "us-east-1",
    owner: {
      accessKeyId: required(environment, "MILLRACE_TEST_S3_ACCESS_KEY_ID"),
      secretAccessKey: required(environment, "MILLRACE_TEST_S3_SECRET_ACCESS_KEY"),
    },
    guest:
      guestKey === undefined
        ? null
        : {
            accessKeyId: guestKey,
            secretAccessKey: required(environment, "MILLRACE_TEST_S3_GUEST_SECRET_ACCESS_KEY"),
          },
    close: () => Promise.resolve(),
  };
}

function required(environment: NodeJS.ProcessEnv, name: string): string {
  const value = environment[name];
  if (value === undefined) throw new Error(`${name} is not set: a real store needs it.`);
  return value;
}
