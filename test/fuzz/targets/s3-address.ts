import { addressOf } from "../../../packages/server/src/inputs/s3/address.ts";
import { S3Error } from "../../../packages/server/src/inputs/s3/s3-error.ts";
import { holds, throwsOnly, type FuzzTarget } from "../target.ts";

/** Bucket, key, region and endpoint, a line each: none but the endpoint decides which host is asked, and the key stays in its path. */
export const target: FuzzTarget = {
  seeds: [
    "bucket\nfolder/key\neu-west-1\n",
    "My.Bucket\n/a b+c%?#\ncn-north-1\n",
    "b\n../../k\nus-east-1\nhttp://127.0.0.1:9000/base/",
    "b\nk\nauto\nhttps://user:pass@store.example?query#fragment",
  ],
  dictionary: [
    "../",
    "..",
    "%2e",
    "%2F",
    "@",
    "?",
    "#",
    "\\",
    "//",
    "http://",
    "https://",
    ".amazonaws.com",
    "\n",
    "é",
    "\ud83d\ude00",
  ],
  run(data) {
    const [bucket = "", key = "", region = "", endpoint = ""] = data.toString("utf8").split("\n");
    const own = endpoint === "" ? undefined : endpoint;
    const object = { bucket, key, region, credentials: null, ...(own === undefined ? {} : { endpoint: own }) };
    const address = throwsOnly([S3Error], () => addressOf(object, region, own));
    if (address === undefined) return;
    const { host, origin, path } = address;
    holds(origin.endsWith(`//${host}`) && path.startsWith("/"), "the address is an origin and a path");
    holds(!/[?#\s\\]/.test(path), "nothing ends the path");
    if (own === undefined) holds(/\.amazonaws\.com(\.cn)?$/.test(host), "without an endpoint the host is Amazon's");
    else holds(host === new URL(own).host, "the host is the endpoint's");
    const plainKey = key.replace(/^\//, "");
    const segments = path.split("/").slice(-plainKey.split("/").length);
    holds(segments.map(decodeURIComponent).join("/") === plainKey, "the key ends the path");
  },
};
