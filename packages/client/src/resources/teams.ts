import type { AccountTeam } from "../contract.js";
import type { CallOptions, Transport } from "../http/transport.js";

/** Teams of the account. */
export class Teams {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** The teams of your account, the oldest first. */
  list(options: CallOptions = {}): Promise<AccountTeam[]> {
    return this.#transport.json<AccountTeam[]>({ ...options, method: "GET", path: "/accounting/teams" });
  }

  /**
   * Creates a team. Its members are the users of its keys.
   *
   * @example
   * const team = await client.teams.create("research");
   * await client.keys.create("for research", { team: team.identifier });
   */
  create(name: string, options: CallOptions = {}): Promise<AccountTeam> {
    return this.#transport.json<AccountTeam>({ ...options, method: "POST", path: "/accounting/teams", body: { name } });
  }
}
