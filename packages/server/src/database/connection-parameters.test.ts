import { expect, it } from "vitest";
import { requireKnownParameters } from "./connection-parameters.js";

const url = (parameters: string) => `postgres://user:p%3Fss@db.example.com/millrace${parameters}`;

it.each([
  [
    "?currentSchema=tenant_a",
    /"currentSchema" of DATABASE_URL is not supported\. Did you mean options=-c%20search_path/,
  ],
  ["?schema=tenant_a", /"schema" .* Did you mean options=-c%20search_path=my_schema\?/],
  ["?sslmode=require&sslrootcrt=/ca.pem", /"sslrootcrt" .* Did you mean sslrootcert\?/],
  ["?SSLMODE=require", /"SSLMODE" .* Did you mean sslmode\?/],
  ["?constructor=secret", /^The parameter "constructor" of DATABASE_URL is not supported\.(?!.*secret)/],
  ["?db=other", /"db" of DATABASE_URL is not supported/],
  ["?sslmode=nonsense", /"sslmode" of DATABASE_URL is not valid: expected one of disable, allow, prefer/],
])("%s, which the driver would drop, is refused", (parameters, message) => {
  expect(() => requireKnownParameters(url(parameters))).toThrow(message);
});

it.each([
  "",
  "?",
  "?sslmode=verify-full&sslrootcert=/ca.pem&application_name=x",
  "?options=-c%20search_path=tenant_a",
  "?host=/var/run/postgresql&user=millrace",
])("%j is taken", (parameters) => {
  expect(() => requireKnownParameters(url(parameters))).not.toThrow();
});

it("a socket's address names its database in db", () => {
  expect(() => requireKnownParameters("socket:/var/run/postgresql?db=millrace&encoding=utf8")).not.toThrow();
});
