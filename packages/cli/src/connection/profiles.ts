import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { MillraceError } from "@millrace/client";

/** A server and the API key for it. */
export interface Profile {
  readonly url: string;
  readonly apiKey: string;
}

export const defaultProfile = "default";

const nameForm = /^[\w.@-]{1,64}$/;

/** @throws MillraceError for a name that could be mistaken for something else. */
export function checkProfileName(name: string): string {
  if (nameForm.test(name)) return name;
  throw new MillraceError(
    `${JSON.stringify(name)} cannot name a profile: use up to 64 letters, digits and any of . _ @ -.`,
  );
}

/** Where profiles are kept: `$XDG_CONFIG_HOME/millrace/config.json`, or below `~/.config`. */
export function configFile(environment = process.env): string {
  const { XDG_CONFIG_HOME } = environment;
  // Relative ones are to be ignored (XDG Base Directory Specification).
  const base = XDG_CONFIG_HOME?.startsWith("/") ? XDG_CONFIG_HOME : join(environment["HOME"] || homedir(), ".config");
  return join(base, "millrace", "config.json");
}

/** The profiles by name; none without a file. @throws MillraceError for a file that cannot be used. */
export function readProfiles(file: string = configFile()): ReadonlyMap<string, Profile> {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return new Map();
    throw new MillraceError(`${file} cannot be read (${code}): check its owner and permissions.`, { cause: error });
  }
  const profiles = parseProfiles(text);
  if (profiles === undefined)
    throw new MillraceError(
      `${file} is not valid: expected {"profiles": {"<name>": {"url": "...", "apiKey": "..."}}}. Correct it, or delete it and run millrace login.`,
    );
  return profiles;
}

/** Replaces the file, which only its owner may read. @throws MillraceError when it cannot be written. */
export function writeProfiles(profiles: ReadonlyMap<string, Profile>, file: string = configFile()): void {
  const unfinished = `${file}.${process.pid}`;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    if (profiles.size === 0) return rmSync(file, { force: true });
    const text = JSON.stringify({ profiles: Object.fromEntries(profiles) }, null, 2);
    writeFileSync(unfinished, `${text}\n`, { mode: 0o600, flag: "wx" });
    // Also where the umask is unusual.
    chmodSync(unfinished, 0o600);
    renameSync(unfinished, file);
  } catch (error) {
    rmSync(unfinished, { force: true });
    const { code } = error as NodeJS.ErrnoException;
    throw new MillraceError(
      `${file} cannot be written (${code}): set XDG_CONFIG_HOME to a folder that you can write to, or use MILLRACE_URL and MILLRACE_API_KEY.`,
      { cause: error },
    );
  }
}

function parseProfiles(text: string): Map<string, Profile> | undefined {
  try {
    const { profiles } = JSON.parse(text) as { profiles: Record<string, Partial<Profile>> };
    const entries = Object.entries(profiles).map(([name, { url, apiKey }]) => {
      if (typeof url !== "string" || typeof apiKey !== "string")
        throw new TypeError(`The profile ${name} is not valid.`);
      return [name, { url, apiKey }] as const;
    });
    return new Map(entries);
  } catch {
    return undefined;
  }
}
