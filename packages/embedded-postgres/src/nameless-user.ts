import { EmbeddedPostgresError } from "./embedded-postgres-error.js";

/**
 * PostgreSQL makes a cluster only for a user whose name it can look up. Containers that run as a mere number, as with
 * `--user 1234`, often have none.
 *
 * @param errors what the program wrote before it ended.
 * @returns undefined when it failed for another reason.
 */
export function describeNamelessUser(errors: string): EmbeddedPostgresError | undefined {
  const uid = /could not look up effective user ID (\d+)/.exec(errors)?.[1];
  if (uid === undefined) return undefined;
  return new EmbeddedPostgresError(
    "no_user",
    `The embedded PostgreSQL needs a named user, but uid ${uid} has no name: add the line "millrace:x:${uid}:${uid}::/:/sbin/nologin" to /etc/passwd, run as a user listed there (with Node's container images: --user node), or set DATABASE_URL to your own PostgreSQL.`,
  );
}
