import { join } from "node:path";
import { readYamlFile, valueOf } from "./yaml-file.js";

/** What the file beside a published `model.yaml` says of its container. */
export interface ContainerMetadata {
  readonly identifier?: string;
  /** Its reference without the tag, which is the model's version. */
  readonly image?: string;
  /** The last part of the image's name. */
  readonly name?: string;
}

/**
 * `docker_metadata.yaml`: `id` and `dockerMetadata: [{registry, repo_prefix, repo_suffix}]`, as the published templates have it.
 * Nothing where it is not there.
 *
 * @throws Error when it cannot be read or is not valid YAML.
 */
export async function readContainerMetadata(directory: string): Promise<ContainerMetadata> {
  const found = await readYamlFile(join(directory, "docker_metadata.yaml"));
  if (found === undefined) return {};
  const { id, dockerMetadata } = (valueOf(found) ?? {}) as { id?: unknown; dockerMetadata?: unknown };
  const [first] = (Array.isArray(dockerMetadata) ? dockerMetadata : []) as (Record<string, unknown> | null)[];
  const suffix = first?.["repo_suffix"];
  const parts = [first?.["registry"], first?.["repo_prefix"], suffix].filter(
    (part): part is string => typeof part === "string" && part !== "",
  );
  return {
    ...(typeof id === "string" ? { identifier: id } : {}),
    ...(typeof suffix === "string" && suffix !== "" ? { name: suffix } : {}),
    ...(parts.length === 0 ? {} : { image: parts.map((part) => part.replaceAll(/^\/|\/$/g, "")).join("/") }),
  };
}
