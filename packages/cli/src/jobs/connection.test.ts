import { inputSources } from "@millrace/contract";
import { expect, it } from "vitest";
import { awsAccess } from "./connection.js";
import { retryAccess } from "./retry-access.js";

const environment = {
  AWS_ACCESS_KEY_ID: "AKID",
  AWS_SECRET_ACCESS_KEY: "secret",
  AWS_SESSION_TOKEN: "token",
  AWS_REGION: "eu-west-1",
  AZURE_STORAGE_KEY: "a2V5",
};

it.each([
  ["aws-s3", awsAccess({ requestPayer: true }, environment)],
  ["aws-s3-folder", awsAccess({ requestPayer: true }, environment)],
  ["storage-grid", retryAccess({ requestPayer: true, endpoint: "grid.example.com" }, environment)],
  ["azureblob", retryAccess({ account: "someaccount" }, environment)],
] as const)("every field of %s that says how to reach the data can be given", (type, access) => {
  const { type: _type, sources: _sources, ...fields } = inputSources[type].schema.properties;
  expect(Object.keys(access).sort()).toEqual(Object.keys(fields).sort());
});
