import { join } from "node:path";
import { parse } from "yaml";
import { readYamlText } from "./yaml-text.js";

/** What the file beside a published `model.yaml` says of its container. */
export interface ContainerMetadata {
  readonly identifier?: string;
  /** Its reference without the tag, which is the model's version. */
  readonly image?: string;
}

/**
 * `docker_metadata.yaml`: `id` and `dockerMetadata: [{registry, repo_prefix, repo_suffix}]`, as the published templates have it.
 * Nothing where it is not there.
 *
 * @throws Error when it cannot be read or is not valid YAML.
 */
export async function readContainerMetadata(directory: string): Promise<ContainerMetadata> {
  const file = join(directory, "docker_metadata.yaml");
  const found = await readYamlText(file);
  if (found === undefined) return {};
  let value: unknown;
  try {
    value = parse(found, { logLevel: "error" });
  } catch (error) {
    throw new Error(`${file} is not valid YAML: ${(error as Error).message.split("\n")[0]}`, { cause: error });
  }
  const { id, dockerMetadata } = (value ?? {}) as { id?: unknown; dockerMetadata?: unknown };
  const [first] = (Array.isArray(dockerMetadata) ? dockerMetadata : []) as (Record<string, unknown> | null)[];
  const parts = [first?.["registry"], first?.["repo_prefix"], first?.["repo_suffix"]].filter(
    (part): part is string => typeof part === "string" && part !== "",
  );
  return {
    ...(typeof id === "string" ? { identifier: id } : {}),
    ...(parts.length === 0 ? {} : { image: parts.map((part) => part.replaceAll(/^\/|\/$/g, "")).join("/") }),
  };
}
