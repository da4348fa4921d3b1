import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { MillraceClient, type ClientOptions } from "../src/index.js";

/** A request as the server saw it. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: any;
  /** The body as it was sent. */
  readonly text: string;
}

export type Answer = (response: ServerResponse, request: SeenRequest) => void;

export interface WireServer {
  readonly seen: SeenRequest[];
  readonly baseUrl: string;
  readonly client: (options?: Partial<ClientOptions>) => MillraceClient;
  readonly close: () => Promise<void>;
}

/** A real HTTP server whose answers a test chooses: one after another, the last one for all that follow. */
export async function startWireServer(...answers: Answer[]): Promise<WireServer> {
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const text = Buffer.concat(chunks).toString();
      const one = {
        method: request.method ?? "",
        url: request.url ?? "",
        headers: request.headers,
        body: text === "" ? undefined : JSON.parse(text),
        text,
      };
      seen.push(one);
      const answer = answers[Math.min(seen.length, answers.length) - 1];
      answer?.(response, one);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    seen,
    baseUrl,
    client: (options) => new MillraceClient({ baseUrl, apiKey: "prefix.the-secret", ...options }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** An answer with a JSON body. */
export const json =
  (body: unknown, status = 200, headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));

/** The error body of the API. */
export const refusal = (status: number, message: string, headers?: Record<string, string>) =>
  json({ statusCode: status, status: "x", message, reportErrorUrl: "" }, status, headers);

const model = { identifier: "ed542963de", version: "1.0.1", name: "Sentiment Analysis" };

/** Bodies as the published API gives them. */
export const receipt = {
  jobIdentifier: "0b6f7e3c-0000-4000-8000-000000000000",
  status: "SUBMITTED",
  model,
  totalInputs: 1,
  accessKey: "PREFIX",
  explain: false,
  jobType: "batch",
  accountIdentifier: "acct",
  team: { identifier: "team-1" },
  user: {
    identifier: "u-1",
    externalIdentifier: "a@b.c",
    firstName: "A",
    lastName: "B",
    email: "a@b.c",
    status: "active",
  },
  jobInputs: { identifier: ["my-input"] },
  submittedAt: "2024-01-02T03:04:05.678+00:00",
  hoursDeleteInput: 24,
  imageClassificationModel: false,
};
export const details = {
  jobIdentifier: receipt.jobIdentifier,
  submittedBy: "PREFIX",
  accountIdentifier: "acct",
  model,
  status: "COMPLETED",
  createdAt: "2024-01-02T03:04:05.600+0000",
  updatedAt: "2024-01-02T03:04:06.600Z",
  submittedAt: "2024-01-02T03:04:05.678+00:00",
  total: 1,
  pending: 0,
  completed: 1,
  failed: 0,
  elapsedTime: 1000,
  queueTime: 10,
  user: { ...receipt.user, title: null, pictureURL: null, accessKeys: [{ prefix: "PREFIX", isDefault: true }] },
  jobInputs: [{ identifier: "my-input" }],
  explain: false,
  hoursDeleteInput: 24,
  team: { identifier: "team-1" },
};
