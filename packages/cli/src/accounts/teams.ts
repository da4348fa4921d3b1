import type { AccountTeam } from "@millrace/client";
import type { Command } from "commander";
import { connect, withConnection, type ConnectionOptions } from "../connection/connection.js";
import { withExamples } from "../terminal/examples.js";
import { withJson, type JsonOption } from "../terminal/json-option.js";
import { printList, type Column } from "../terminal/table.js";

/** `millrace teams ...`: create and list teams. */
export function addTeamCommands(program: Command): void {
  const teams = program.command("teams").description("Create and list teams; keys decide who is in one");

  withExamples(
    withJson(withConnection(teams.command("create")))
      .description("Create a team")
      .argument("<name>", "what it is called")
      .action(async (name: string, options: ConnectionOptions & JsonOption) => {
        await printList([await connect(options).teams.create(name)], teamColumns, options);
      }),
    "millrace teams create research",
  );

  withExamples(
    withJson(withConnection(teams.command("list")))
      .description("List the teams of your account")
      .action(async (options: ConnectionOptions & JsonOption) => {
        await printList(await connect(options).teams.list(), teamColumns, options);
      }),
    "millrace teams list",
  );
}

const teamColumns: readonly Column<AccountTeam>[] = [
  { name: "team", text: ({ identifier }) => identifier, isWhole: true },
  { name: "name", text: ({ name }) => name },
  { name: "created", text: ({ createdAt }) => createdAt.slice(0, 10) },
];
