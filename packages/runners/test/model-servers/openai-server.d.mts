export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: unknown }[];
  readonly [field: string]: unknown;
}

/** One request as it came. */
export interface SeenRequest {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: ChatRequest;
}

/** What is answered instead: a status with a body as it is, or a text of the model. */
export type Reply =
  | string
  | {
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string | object;
    };

export interface Options {
  /** What the server says to a request for a chat; the last message's text in capitals when not given. May wait. */
  readonly reply?: (request: ChatRequest, index: number) => Reply | Promise<Reply>;
  /** The key that requests must have; none when not given. */
  readonly key?: string;
}

export function startOpenAiServer(options?: Options): Promise<{
  /** With /v1. */
  readonly address: string;
  readonly requests: readonly SeenRequest[];
  /** The most requests that were under way at once. */
  readonly mostAtOnce: () => number;
  readonly close: () => Promise<void>;
}>;
