import { inputSources } from "@millrace/contract";
import { expect, it } from "vitest";
import { openAws } from "../aws/session.js";
import type { AwsOptions } from "../aws/options.js";
import { retryAccess } from "./retry-access.js";

const environment = { AZURE_STORAGE_KEY: "a2V5" };
const options = { region: "eu-west-1", requestPayer: true };
const s3 = { accessKeyID: "AKID", secretAccessKey: "secret", sessionToken: "token", region: "eu-west-1" } as const;
const findS3Access = ({ requestPayer }: AwsOptions) =>
  Promise.resolve({ ...s3, ...(requestPayer === true ? { requestPayer: "requester" as const } : {}) });

it.each([
  ["aws-s3", options],
  ["aws-s3-folder", options],
  ["storage-grid", { ...options, endpoint: "grid.example.com" }],
  ["azureblob", { account: "someaccount" }],
] as const)("every field of %s that says how to reach the data can be given", async (type, given) => {
  const { type: _type, sources: _sources, ...fields } = inputSources[type].schema.properties;
  const access = await retryAccess(given, findS3Access, environment);
  expect(Object.keys(access ?? {}).sort()).toEqual(Object.keys(fields).sort());
});

it("says nothing where no option does: only the server knows what the job needs", async () => {
  expect(await retryAccess({}, findS3Access, environment)).toBeUndefined();
});

it("without credentials, nothing is sent but the region", async () => {
  const { access, client } = await openAws({ signRequest: false, region: "eu-west-1" }, {});
  client.destroy();
  expect(access).toEqual({ region: "eu-west-1" });
});
