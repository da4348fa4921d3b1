// Submit texts, and handle every kind of error.
//   MILLRACE_API_KEY=... npx tsx examples/submit-texts.ts
import { BadRequestError, ConnectionError, MillraceClient, NotFoundError, UnauthorizedError } from "@millrace/client";

const client = new MillraceClient({ baseUrl: "http://localhost:8080", apiKey: process.env["MILLRACE_API_KEY"] ?? "" });
const model = await client.models.getByName("Sentiment Analysis");

try {
  const job = await client.jobs.submitText(model, model.latestVersion, {
    praise: { "input.txt": "What a wonderful day!" },
    scorn: { "input.txt": "This is the worst coffee I ever had." },
  });
  const { status, completed, failed } = await client.jobs.waitUntilComplete(job, { timeoutMs: 60_000 });
  console.log(status, `${completed} succeeded, ${failed} failed`);
  console.dir((await client.results.get(job)).results, { depth: 6 });
} catch (error) {
  if (error instanceof UnauthorizedError) console.error("The key is wrong:", error.message);
  else if (error instanceof NotFoundError) console.error("No such model or version:", error.message);
  else if (error instanceof BadRequestError) console.error("The submission is not valid:", error.message);
  else if (error instanceof ConnectionError) console.error("Is the server running?", error.message);
  else throw error;
}
