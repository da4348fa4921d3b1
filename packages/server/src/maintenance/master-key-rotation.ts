import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { formatWireDate, type MasterKeyState } from "@millrace/contract";
import type { Pool } from "pg";
import { inTransaction, type Database } from "../database/transaction.js";
import { ConfigurationError } from "../errors/configuration-error.js";
import { MillraceError } from "../errors/millrace-error.js";
import { rememberOwnSecret } from "../errors/secret-values.js";
import type { MasterKeys } from "../storage/master-keys.js";
import type { SecretBox } from "../storage/secret-box.js";
import type { Log } from "../telemetry/log.js";
import { followIntervalMs, hostsWithout, registerHolder, removeHolder } from "./master-key-holders.js";
import { countUnderOtherKeys, rewrapSecrets } from "./rewrap-secrets.js";

export interface RotationParts {
  readonly pool: Pool;
  readonly masterKeys: MasterKeys;
  readonly secrets: SecretBox;
  /** Names this process among those of the database. */
  readonly process: string;
  readonly log: Log;
}

/**
 * Keeps this process on the active master key, and rotates it without downtime. The database says which key is active, so all
 * processes switch together. A rotation is a state in the database, so any process that knows both keys can resume it.
 */
export interface MasterKeyRotation {
  /** Registers this process. @throws ConfigurationError if secrets are under a master key that is not known here. */
  join(): Promise<void>;
  /** Reads which key is active and continues a rotation; call it every `followIntervalMs`. */
  follow(signal?: AbortSignal): Promise<void>;
  leave(): Promise<void>;
  read(): Promise<MasterKeyState>;
  /**
   * Starts rotating to the newest key: the first configured one, or a new one in the key file.
   *
   * @throws MillraceError `conflict` when there is no newer key, or a running process does not know it.
   */
  rotate(): Promise<MasterKeyState>;
}

interface StateRow {
  readonly in_use: string;
  readonly retiring: string | null;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
}

// Other processes read the key file as often as they follow.
const learningLimitMs = 4 * followIntervalMs;

export function createMasterKeyRotation({ pool, masterKeys, secrets, process, log }: RotationParts): MasterKeyRotation {
  const { ring, file } = masterKeys;

  const learnFile = async () => {
    if (file !== undefined) ring.learn(await file.read());
  };
  const register = (sealing: string | null) => registerHolder(pool, process, ring, sealing);
  const newest = () => ring.keys[0]?.id ?? "";

  /** Switches to the key that the database names; true if it is known here. */
  const take = (inUse: string): boolean => {
    ring.use(inUse);
    return ring.find(inUse) !== undefined;
  };

  const describe = async (): Promise<MasterKeyState> => {
    const state = await readState(pool);
    const left = state.retiring === null ? 0 : await countUnderOtherKeys(pool, secrets.header());
    return {
      keyId: state.in_use,
      retiringKeyId: state.retiring,
      secretsLeft: left,
      startedAt: state.started_at === null ? null : formatWireDate(state.started_at),
      finishedAt: state.finished_at === null ? null : formatWireDate(state.finished_at),
    };
  };

  /** Creates the next key, unless an interrupted rotation already did. */
  const extendFile = async (inUse: string): Promise<void> => {
    await inTransaction(pool, async (transaction) => {
      await lockState(transaction);
      await learnFile();
      if (file === undefined || newest() !== inUse) return;
      const next = randomBytes(32);
      rememberOwnSecret(next.toString("hex"));
      await file.write([next, ...(await file.read())]);
      ring.learn([next]);
    });
  };

  /** After a rotation, no secret uses the other keys of the file. */
  const trimFile = async (): Promise<void> => {
    if (file === undefined || (await file.read()).length === 1) return;
    await inTransaction(pool, async (transaction) => {
      const state = await lockState(transaction);
      await learnFile();
      const inUse = ring.find(state.in_use);
      if (state.retiring === null && inUse !== undefined && newest() === inUse.id) await file.write([inUse.key]);
    });
  };

  /** Secrets still under the retiring key cannot be decrypted without it. */
  const requireRetiring = async ({ retiring, in_use: inUse }: StateRow): Promise<void> => {
    if (retiring === null || ring.find(retiring) !== undefined) return;
    if ((await countUnderOtherKeys(pool, secrets.header())) === 0) return;
    throw new ConfigurationError(
      `The master key is being rotated from ${retiring} to ${inUse}, and secrets are still under ${retiring}: set that key in MILLRACE_MASTER_KEY_PREVIOUS until the rotation is finished.`,
    );
  };

  const finish = async (inUse: string, signal?: AbortSignal): Promise<void> => {
    if ((await hostsWithout(pool, inUse, "sealing")).length > 0) return;
    const { rewrapped, unopened } = await rewrapSecrets(pool, secrets, signal);
    if (rewrapped > 0) log.info({ secrets: rewrapped }, "secrets are under the new master key");
    if ((await countUnderOtherKeys(pool, secrets.header())) > unopened) return;
    const { rowCount } = await pool.query(
      "UPDATE millrace.master_key SET retiring = NULL, finished_at = now() WHERE in_use = $1 AND retiring IS NOT NULL",
      [inUse],
    );
    if (rowCount === 1) log.info({ masterKey: inUse, unopened }, "the master key is rotated");
  };

  return {
    read: describe,
    async join() {
      await pool.query("INSERT INTO millrace.master_key (in_use) VALUES ($1) ON CONFLICT DO NOTHING", [
        // An installation that first starts with two keys is migrating from the earlier one.
        ring.keys.at(-1)?.id,
      ]);
      const { in_use: inUse } = await readState(pool);
      if (!take(inUse)) await replaceUnused(pool, inUse, newest());
      const state = await readState(pool);
      take(state.in_use);
      await requireRetiring(state);
      await register(ring.sealing().id);
    },
    async follow(signal) {
      await learnFile();
      const { in_use: inUse, retiring } = await readState(pool);
      const isKnown = take(inUse);
      await register(isKnown ? inUse : null);
      if (!isKnown) log.error({ masterKey: inUse }, "the master key in use is not known here: restart with it");
      else if (retiring === null) await trimFile();
      else if (ring.find(retiring) !== undefined) await finish(inUse, signal);
    },
    leave: () => removeHolder(pool, process),
    async rotate() {
      const { in_use: inUse, retiring } = await readState(pool);
      if (retiring !== null) return describe();
      await extendFile(inUse);
      const next = newest();
      if (next === inUse) {
        throw new MillraceError(
          "conflict",
          `There is no new master key: the server already uses MILLRACE_MASTER_KEY (${inUse}). Restart every API and worker with the new key in MILLRACE_MASTER_KEY and this one in MILLRACE_MASTER_KEY_PREVIOUS, then try again.`,
        );
      }
      await register(inUse);
      await untilAllKnow(pool, next);
      await pool.query(
        `UPDATE millrace.master_key SET in_use = $2, retiring = $1, started_at = now(), finished_at = NULL
         WHERE in_use = $1 AND retiring IS NULL`,
        [inUse, next],
      );
      take((await readState(pool)).in_use);
      log.info({ from: inUse, to: next }, "the master key is being rotated");
      return describe();
    },
  };
}

async function readState(database: Database): Promise<StateRow> {
  return onlyRow(
    await database.query<StateRow>("SELECT in_use, retiring, started_at, finished_at FROM millrace.master_key"),
  );
}

async function lockState(transaction: Database): Promise<StateRow> {
  return onlyRow(await transaction.query<StateRow>("SELECT * FROM millrace.master_key FOR UPDATE"));
}

function onlyRow({ rows }: { readonly rows: readonly StateRow[] }): StateRow {
  const [row] = rows;
  if (row === undefined) throw new Error("millrace.master_key is empty: restart the server.");
  return row;
}

async function replaceUnused(pool: Pool, inUse: string, ours: string): Promise<void> {
  const sealed = await countUnderOtherKeys(pool, Buffer.alloc(0));
  if (sealed > 0) {
    throw new ConfigurationError(
      `The secrets in the database are under the master key ${inUse}, and this server has ${ours}: set that key in MILLRACE_MASTER_KEY, or restore the file master.key from a backup.`,
    );
  }
  await pool.query("UPDATE millrace.master_key SET in_use = $2, retiring = NULL WHERE in_use = $1", [inUse, ours]);
}

async function untilAllKnow(database: Database, next: string): Promise<void> {
  const deadline = Date.now() + learningLimitMs;
  for (;;) {
    const hosts = await hostsWithout(database, next, "known");
    if (hosts.length === 0) return;
    if (Date.now() > deadline) {
      throw new MillraceError(
        "conflict",
        `Processes on ${hosts.join(", ")} do not know the new master key ${next}: restart them with it, then try again.`,
      );
    }
    await delay(200);
  }
}
