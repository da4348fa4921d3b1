import { createRequire } from "node:module";

/** What the published JavaScript client resolves to: JSON as the server sent it. */
type Json = any;

/** The calls of `@modzy/modzy-sdk` 1.0.7, which ships no types. */
export interface JavaScriptSdk {
  readonly ModzyClient: new (
    baseUrl: string,
    apiKey: string,
  ) => {
    getAllModels(): Promise<Json>;
    getModels(...filters: unknown[]): Promise<Json>;
    getModel(modelId: string): Promise<Json>;
    getModelByName(name: string): Promise<Json>;
    getRelatedModels(modelId: string): Promise<Json>;
    getModelVersion(modelId: string, version: string): Promise<Json>;
    getAllTags(): Promise<Json>;
    getTagsAndModels(...tags: string[]): Promise<Json>;
    submitJobText(modelId: string, version: string, sources: object): Promise<Json>;
    submitJobEmbedded(modelId: string, version: string, mediaType: string, sources: object): Promise<Json>;
    submitJobFiles(modelId: string, version: string, sources: object): Promise<Json>;
    submitJobAWSS3(
      modelId: string,
      version: string,
      accessKeyId: string,
      secretAccessKey: string,
      region: string,
      sources: object,
    ): Promise<Json>;
    submitJobJDBC(
      modelId: string,
      version: string,
      url: string,
      username: string,
      password: string,
      driver: string,
      query: string,
    ): Promise<Json>;
    blockUntilComplete(job: object): Promise<Json>;
    getJobHistory(...filters: unknown[]): Promise<Json>;
    getJob(jobId: string): Promise<Json>;
    cancelJob(jobId: string): Promise<Json>;
    getResult(jobId: string): Promise<Json>;
    getModelClient(): {
      getModelVersions(modelId: string): Promise<Json>;
      getModelVersionInputSample(modelId: string, version: string): Promise<Json>;
      getModelVersionOutputSample(modelId: string, version: string): Promise<Json>;
    };
    getJobClient(): { submitJob(job: object): Promise<Json>; getFeatures(): Promise<Json> };
    getAccountingClient(): { getAPIKeys(email: string): Promise<Json>; getKeyBody(prefix: string): Promise<Json> };
  };
}

/** The HTTP library that the client uses, as far as a user can set it up for the client's calls without a key. */
interface ClientHttp {
  readonly default: { readonly defaults: { readonly headers: { readonly common: Record<string, string> } } };
}

const require = createRequire(import.meta.url);
const requireOfSdk = createRequire(require.resolve("@modzy/modzy-sdk"));

export const sdk = require("@modzy/modzy-sdk") as JavaScriptSdk;
export const clientHttp = requireOfSdk("axios") as ClientHttp;
