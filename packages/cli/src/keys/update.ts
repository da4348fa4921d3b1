import type { KeyLimits } from "@millrace/client";
import type { Command } from "commander";
import { connect, withConnection, type ConnectionOptions } from "../connection/connection.js";
import { withExamples } from "../terminal/examples.js";
import { withJson, type JsonOption } from "../terminal/json-option.js";
import { printList } from "../terminal/table.js";
import { keyColumns } from "./format.js";

interface UpdateOptions extends ConnectionOptions, JsonOption {
  readonly name?: string;
  readonly description?: string;
  readonly expires?: string;
  readonly scopes?: string[];
  readonly models?: string[];
}

/** What lifts a limit. */
const none = "none";

/** `millrace keys update`. */
export function addUpdateCommand(keys: Command): void {
  withExamples(
    withJson(withConnection(keys.command("update")))
      .description("Change an API key's name or limits; its secret stays")
      .argument("<prefix>", "the part of the key before the dot")
      .option("--name <text>", "what it is for")
      .option("--description <text>", "note about its purpose")
      .option("--expires <date>", `when it stops working, for example 2027-01-31; ${none} for never`)
      .option("--scopes <scopes...>", `limit it to read, submit, models, manage; ${none} for what its roles allow`)
      .option("--models <identifiers...>", `limit it to some models and their jobs; ${none} for all`)
      .action(
        async (prefix: string, { name, description, expires, scopes, models, json, ...connection }: UpdateOptions) => {
          const key = await connect(connection).keys.update(prefix, {
            ...(name === undefined ? {} : { name }),
            ...(description === undefined ? {} : { description }),
            ...(expires === undefined ? {} : { expiresAt: expires === none ? null : expires }),
            // The server says which there are.
            ...(scopes === undefined ? {} : { scopes: unlessNone(scopes) as KeyLimits["scopes"] & object }),
            ...(models === undefined ? {} : { models: unlessNone(models) }),
          });
          await printList([key], keyColumns, { json });
        },
      ),
    "millrace keys update <prefix> --expires 2099-01-31 --scopes read submit",
    "millrace keys update <prefix> --models none",
  );
}

function unlessNone(values: string[]): string[] | null {
  return values.length === 1 && values[0] === none ? null : values;
}
