import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import { createKeyRing } from "../storage/key-ring.js";
import { createSecretBox } from "../storage/secret-box.js";
import { accessOf, hasCredentials, openAccess } from "./credentials.js";

const secrets = createSecretBox(createKeyRing([randomBytes(32)]));
const identifier = "0b6f7e3c-0000-4000-8000-000000000000";
const seal = (access: object) => secrets.seal(JSON.stringify(access), identifier);

it("decrypts access that earlier versions sealed without its type", () => {
  const s3 = { accessKeyId: "a", secretAccessKey: "b", region: "us-east-1" };
  const folders = { own: { input: { bucket: "b", key: "k" } } };
  const database = { url: "jdbc:postgresql://h/d", username: "u", password: "p", query: "SELECT 1" };
  const sealed = [
    ["aws-s3", s3],
    ["aws-s3-folder", { ...s3, folders }],
    ["storage-grid", { ...s3, endpoint: "https://grid.example.com" }],
    ["azureblob", { storageAccount: "account", storageAccountKey: "key" }],
    ["jdbc", { database }],
  ] as const;
  for (const [inputType, access] of sealed)
    expect(openAccess(secrets, { identifier, inputType }, seal(access))).toEqual({ type: inputType, ...access });
});

it("encrypts the access of every type in a form that it can decrypt", () => {
  const sources = { own: { input: { bucket: "b", key: "k" } } };
  const input = { type: "storage-grid", accessKeyID: "a", secretAccessKey: "b", endpoint: "grid.example.com", sources };
  const access = accessOf(input as Parameters<typeof accessOf>[0]);
  const expected = {
    type: "storage-grid",
    accessKeyId: "a",
    secretAccessKey: "b",
    endpoint: "https://grid.example.com",
  };
  expect(access).toEqual(expected);
  expect(openAccess(secrets, { identifier, inputType: "storage-grid" }, seal(access ?? {}))).toEqual(expected);
});

it("knows which inputs need new credentials for a retry", () => {
  const has = (input: object) => hasCredentials(input as Parameters<typeof hasCredentials>[0]);
  expect(has({ type: "aws-s3", accessKeyID: "a", secretAccessKey: "b" })).toBe(true);
  expect(has({ type: "aws-s3", accessKeyID: "", region: "us-east-1" })).toBe(false);
  expect(has({ type: "azureblob", storageAccount: "a", storageAccountKey: "k" })).toBe(true);
  // The query's rows are kept.
  expect(has({ type: "jdbc", password: "p" })).toBe(false);
  expect(has({ type: "text" })).toBe(false);
});
