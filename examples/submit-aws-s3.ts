// The call that Millrace exists for: run a model over files in a bucket.
//   MILLRACE_API_KEY=... AWS_ACCESS_KEY_ID=... AWS_SECRET_ACCESS_KEY=... npx tsx examples/submit-aws-s3.ts some-bucket some_key.txt
import { MillraceClient, type ClassificationOutput } from "@millrace/client";

const { MILLRACE_API_KEY = "", AWS_ACCESS_KEY_ID = "", AWS_SECRET_ACCESS_KEY = "" } = process.env;
const [bucket = "some-bucket", key = "some_key.txt"] = process.argv.slice(2);

const client = new MillraceClient({ baseUrl: "http://localhost:8080", apiKey: MILLRACE_API_KEY });
const sources = { "my-input": { "input.txt": { bucket, key } } };
const job = await client.jobs.submitAwsS3(
  "ed542963de",
  "0.0.27",
  sources,
  AWS_ACCESS_KEY_ID,
  AWS_SECRET_ACCESS_KEY,
  "us-east-1",
);
await client.jobs.waitUntilComplete(job);
const { results, failures } = await client.results.get(job);

for (const [name, result] of Object.entries(results)) {
  const output = result["results.json"] as ClassificationOutput;
  console.log(name, output.data.result.classPredictions[0]);
}
for (const [name, { error }] of Object.entries(failures)) console.error(name, error);
