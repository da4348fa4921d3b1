import type { AccountUser, NewUser, UserChange } from "@millrace/client";
import type { Command } from "commander";
import { connect, withConnection, type ConnectionOptions } from "../connection/connection.js";
import { withExamples } from "../terminal/examples.js";
import { withJson, type JsonOption } from "../terminal/json-option.js";
import { countLimit } from "../terminal/parse-numbers.js";
import { printList, type Column } from "../terminal/table.js";
import { take } from "../terminal/take.js";
import { findSelf } from "./self.js";

interface ListOptions extends ConnectionOptions, JsonOption {
  readonly search?: string;
  readonly status?: string;
  readonly limit: number;
}

type NewUserOptions = ConnectionOptions &
  JsonOption &
  Pick<NewUser, "firstName" | "lastName"> & {
    readonly title?: string;
    readonly externalIdentifier?: string;
    readonly account?: string;
  };

/** `millrace users ...`: create, list, change and disable users. */
export function addUserCommands(program: Command): void {
  const users = program.command("users").description("Create, list, change and disable users");

  withExamples(
    withJson(withConnection(users.command("create")))
      .description("Create a user; then give them a key with millrace keys create --user")
      .argument("<email>", "the user's e-mail address")
      .requiredOption("--first-name <name>", "first name")
      .requiredOption("--last-name <name>", "last name")
      .option("--title <text>", "what they are")
      .option("--external-identifier <text>", "their name in another system (default: the e-mail address)")
      .option("--account <identifier>", "in which account (default: yours)")
      .action(async (email: string, { json, account, title, externalIdentifier, ...options }: NewUserOptions) => {
        const client = connect(options);
        const { firstName, lastName } = options;
        const created = await client.users.create(account ?? (await findSelf(client, options)).account, {
          email,
          firstName,
          lastName,
          ...(title === undefined ? {} : { title }),
          ...(externalIdentifier === undefined ? {} : { externalIdentifier }),
        });
        await printList([created], userColumns, { json });
      }),
    "millrace users create ada@example.com --first-name Ada --last-name Lovelace",
  );

  withExamples(
    withJson(withConnection(users.command("list")))
      .description("List the users of your account")
      .option("--search <text>", "only those with this in their name or e-mail address")
      .option("--status <status>", "Active or Inactive")
      .option("--limit <number>", "maximum number of users; 0 for all", countLimit, 100)
      .action(async ({ search, status, limit, json, ...connection }: ListOptions) => {
        const filter = { ...(search && { search }), ...(status && { status }) };
        await printList(take(connect(connection).users.list(filter), limit), userColumns, { json, empty: "No users." });
      }),
    "millrace users list",
    "millrace users list --search ada --status Active",
  );

  withExamples(
    withJson(withConnection(users.command("update")))
      .description("Change a user")
      .argument("<user>", "the user's identifier")
      .option("--first-name <name>", "first name")
      .option("--last-name <name>", "last name")
      .option("--title <text>", "what they are")
      .action((user: string, { firstName, lastName, title, ...options }: UpdateOptions) =>
        change(
          user,
          { ...(firstName && { firstName }), ...(lastName && { lastName }), ...(title && { title }) },
          options,
        ),
      ),
    "millrace users update <user> --title 'Analyst'",
  );

  for (const [name, status, description] of [
    ["disable", "Inactive", "Disable a user; their keys stop working"],
    ["enable", "Active", "Enable a disabled user"],
  ] as const)
    withExamples(
      withJson(withConnection(users.command(name)))
        .description(description)
        .argument("<user>", "the user's identifier")
        .action((user: string, options: ConnectionOptions & JsonOption) => change(user, { status }, options)),
      `millrace users ${name} <user>`,
    );
}

type UpdateOptions = ConnectionOptions &
  JsonOption & { readonly firstName?: string; readonly lastName?: string; readonly title?: string };

async function change(user: string, wanted: UserChange, options: ConnectionOptions & JsonOption): Promise<void> {
  await printList([await connect(options).users.update(user, wanted)], userColumns, options);
}

const userColumns: readonly Column<AccountUser>[] = [
  { name: "user", text: ({ identifier }) => identifier, isWhole: true },
  { name: "e-mail", text: ({ email }) => email },
  { name: "name", text: ({ firstName, lastName }) => `${firstName} ${lastName}`.trim() },
  { name: "keys", text: ({ activeAccessKeyCount }) => activeAccessKeyCount },
  { name: "last active", text: ({ lastActiveDateTime }) => lastActiveDateTime?.slice(0, 10) ?? "never" },
  { name: "status", text: ({ status }) => status, isWhole: true },
];
