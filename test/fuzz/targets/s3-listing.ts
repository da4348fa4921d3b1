import { listingQuery, parseListing } from "../../../packages/server/src/inputs/s3/listing.ts";
import { holds, type FuzzTarget } from "../target.ts";

const page = (body: string) => `<?xml version="1.0"?><ListBucketResult>${body}</ListBucketResult>`;

/** A page of a bucket's listing: null or texts, whatever comes; a key that was encoded as asked for is that key again. */
export const target: FuzzTarget = {
  seeds: [
    page("<EncodingType>url</EncodingType><IsTruncated>false</IsTruncated><Contents><Key>a%2Fb+c</Key></Contents>"),
    page(
      "<IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken><Contents/><Contents><Key/></Contents>",
    ),
    '<!DOCTYPE x [<!ENTITY a "b">]><ListBucketResult a="b"><Contents><Key>&a;&#65;&lt;</Key></Contents></ListBucketResult>',
    "<Error><Code>AccessDenied</Code></Error>",
  ],
  dictionary: [
    "<Contents>",
    "</Contents>",
    "<Key>",
    "</Key>",
    "<__proto__>",
    "<constructor>",
    "<![CDATA[",
    "]]>",
    "<!--",
    "-->",
    "<!DOCTYPE",
    "<!ENTITY ",
    "&#x",
    "&a;",
    "<ListBucketResult>",
    "</ListBucketResult>",
    "<?",
    "%",
  ],
  run(data) {
    const found = parseListing(data);
    if (found !== null) {
      holds(
        found.keys.every((key) => typeof key === "string"),
        "keys are texts",
      );
      holds(found.continuation === null || typeof found.continuation === "string", "a continuation is a text");
      listingQuery("", found.continuation);
    }
    const key = data.toString("utf8").toWellFormed();
    const listed = parseListing(
      Buffer.from(page(`<EncodingType>url</EncodingType><Contents><Key>${encodeURIComponent(key)}</Key></Contents>`)),
    );
    holds(listed?.keys.length === 1 && listed.keys[0] === key, "an encoded key comes back");
  },
};
