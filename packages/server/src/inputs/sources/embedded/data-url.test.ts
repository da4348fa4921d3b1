import { expect, it } from "vitest";
import { InputError } from "../../input-error.js";
import { decodeDataUrl } from "./data-url.js";

it.each([
  ["data:,a%20b", "a b"],
  ["data:text/plain;base64,aGVsbG8=", "hello"],
  ["DATA:text/plain; base64 ,aGVs%62G8", "hello"],
])("decodes %s", (url, text) => expect(decodeDataUrl("item", url).toString()).toBe(text));

it.each(["data:,%E0", "data:;base64,aGVs%E0", "data:;base64,a%1.5"])("names the data item of %s", (url) => {
  expect(() => decodeDataUrl("item", url)).toThrow(InputError);
  expect(() => decodeDataUrl("item", url)).toThrow('Data item "item" is a data URL with invalid percent-encoding');
});
