import { isRegion } from "../../../packages/server/src/inputs/s3/address.ts";
import { parseErrorDocument } from "../../../packages/server/src/inputs/s3/error-document.ts";
import { regionOf } from "../../../packages/server/src/inputs/s3/region.ts";
import { holds, type FuzzTarget } from "../target.ts";

/** An S3 error document: parsing never throws, and any region it returns is valid in a host name. */
export const target: FuzzTarget = {
  seeds: [
    "<Error><Code>NoSuchKey</Code><Message>m</Message></Error>",
    "<Error><Code>PermanentRedirect</Code><Region>eu-west-1</Region><Endpoint>b.s3-eu-west-1.amazonaws.com</Endpoint></Error>",
    "<Error><Endpoint>b.s3.cn-north-1.amazonaws.com.cn</Endpoint></Error>",
    "https://b.s3.eu-central-1.amazonaws.com/k",
  ],
  dictionary: [
    "<Error>",
    "</Error>",
    "<Code>",
    "<Region>",
    "<Endpoint>",
    ".s3.",
    "s3-",
    ".amazonaws.com",
    ".cn",
    "<![CDATA[",
    "<!DOCTYPE",
    "&amp;",
    "@",
    "#",
  ],
  run(data) {
    const document = parseErrorDocument(data);
    holds(document.code === null || /^[A-Za-z][A-Za-z0-9.]*$/.test(document.code), "a code is a word");
    const region = regionOf(
      301,
      { location: data.toString("latin1"), "x-amz-bucket-region": data.toString("latin1") },
      document,
    );
    holds(region === null || isRegion(region), "a region is a label of a host");
  },
};
