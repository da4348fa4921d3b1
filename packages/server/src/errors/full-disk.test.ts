import { expect, it } from "vitest";
import { describeFullDisk } from "./full-disk.js";

const failure = (code: string, path?: string) => Object.assign(new Error("full"), { code, ...(path && { path }) });

it.each([
  [failure("53100"), "The disk of the database is full: free some space there."],
  [failure("ENOSPC", "/data/listings/a"), "A disk of the server is full: free some space there (/data/listings/a)."],
  [failure("EDQUOT"), "A disk quota of the server is used up: free some space there."],
  [failure("53300"), undefined],
  [new Error("other"), undefined],
])("%s names the disk that is full", (error, sentence) => {
  expect(describeFullDisk(error)).toBe(sentence);
});
