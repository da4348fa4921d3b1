import { parseUrl } from "@millrace/contract";
import { LRUCache } from "lru-cache";
import { secretFields } from "./secret-fields.js";

const censor = "[hidden]";
// A shorter one would blot out parts of ordinary words.
const leastLength = 8;
const mostSecrets = 20_000;
// Longer than any request; a job that runs for longer opens its secrets again with every chunk.
const keptMs = 3_600_000;

/** The remembered secrets by their first characters, so that a text is searched once, however many there are. */
const byStart = new Map<string, Set<string>>();
const remembered = new LRUCache<string, true>({
  max: mostSecrets,
  ttl: keptMs,
  updateAgeOnGet: true,
  dispose: (_value, secret) => forget(secret),
});
const lasting = new Set<string>();

/**
 * Remembers for an hour a secret that came with a request or was opened, so that no log line and no error of this process shows it,
 * whoever wrote it. Of a JSON object, those of its fields that hold secrets.
 */
export function rememberSecret(secret: string): void {
  for (const value of secretsIn(secret)) for (const form of formsOf(value)) remember(form);
}

/** Remembers a secret of the process itself, such as a master key, until the process ends. */
export function rememberOwnSecret(secret: string): void {
  for (const form of formsOf(secret)) {
    lasting.add(form);
    index(form);
  }
}

/** The text without the secrets of at least 8 characters that this process has dealt with in the last hour. */
export function maskSecrets(text: string): string {
  let masked = "";
  let from = 0;
  for (let at = 0; at + leastLength <= text.length; at += 1) {
    const found = longestAt(text, at);
    if (found === 0) continue;
    masked += text.slice(from, at) + censor;
    at += found - 1;
    from = at + 1;
  }
  return from === 0 ? text : masked + text.slice(from);
}

function longestAt(text: string, at: number): number {
  let longest = 0;
  for (const secret of byStart.get(text.slice(at, at + leastLength)) ?? [])
    if (secret.length > longest && text.startsWith(secret, at)) longest = secret.length;
  return longest;
}

function secretsIn(secret: string): string[] {
  const url = /^https?:/i.test(secret) ? parseUrl(secret) : undefined;
  if (url !== undefined) return [secret, url.search, ...url.searchParams.values()];
  if (!secret.startsWith("{")) return [secret];
  try {
    return secretsOf(JSON.parse(secret));
  } catch {
    return [secret];
  }
}

function secretsOf(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, held]) => {
    if (typeof held !== "string") return secretsOf(held);
    if (name === "url") return passwordsOf(held);
    // An identifier, which its owner finds again in messages.
    return secretFields.includes(name) && name.toLowerCase() !== "accesskeyid" ? [held] : [];
  });
}

/** The passwords that an address may hold: before its host, and in its query. */
export function passwordsOf(url: string): string[] {
  const found = [...url.matchAll(/[?&]password=([^&#\s]*)/gi), ...url.matchAll(/\/\/[^/:@\s]*:([^/@\s]*)@/g)];
  return found.flatMap(([, password = ""]) => [password, decoded(password)]);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** As it is, as it stands in JSON, as it stands in an address. */
function formsOf(secret: string): Set<string> {
  const forms = [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret.toWellFormed())];
  return new Set(forms.filter((form) => form.length >= leastLength));
}

function remember(secret: string): void {
  if (remembered.get(secret) === true || lasting.has(secret)) return;
  remembered.set(secret, true);
  index(secret);
}

function index(secret: string): void {
  const start = secret.slice(0, leastLength);
  const others = byStart.get(start) ?? new Set<string>();
  byStart.set(start, others.add(secret));
}

function forget(secret: string): void {
  if (lasting.has(secret)) return;
  const start = secret.slice(0, leastLength);
  const others = byStart.get(start);
  others?.delete(secret);
  if (others?.size === 0) byStart.delete(start);
}
