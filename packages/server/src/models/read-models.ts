import { unknownVersion, type VersionReference } from "./version-reference.js";
import type {
  AllVersionsQuery,
  Model,
  ModelListQuery,
  ModelSummary,
  ModelTag,
  ModelVersion,
  ModelVersionsQuery,
  TagCount,
  TaggedModels,
} from "@millrace/contract";
import type { Caller } from "../accounts/caller.js";
import { createParameters } from "../database/parameters.js";
import { parsePage, type Page } from "../database/paging.js";
import type { Database } from "../database/transaction.js";
import { unknownModel } from "./model-access.js";
import { visibleModels } from "./visible-models.js";
import { toModel, toModelVersion, type VersionRow } from "./model-body.js";
import { readModelImages } from "./model-images.js";
import { filterModels, filterVersions, sortableVersion, sortModels, sortRows } from "./model-list.js";

// Without a maximum, there may be as many engines as the workers have processors.
const versionColumns = `model_identifier, version, status, manifest, minimum_engines, created_by_email, created_at, updated_at,
  coalesce(maximum_engines, (SELECT greatest(1, sum(cpu_count)) FROM millrace.workers))::int AS maximum_engines`;

export interface ModelPage {
  readonly models: ModelSummary[];
  readonly page: Page;
  readonly totalCount: number;
}

/** The models that match a query; the best name matches come first unless sorted otherwise. */
export async function listModels(database: Database, caller: Caller, query: ModelListQuery): Promise<ModelPage> {
  const page = parsePage(query);
  const models = sortModels(filterModels(await readAllModels(database, caller), query), query);
  const shown = models.slice((page.number - 1) * page.size, page.number * page.size);
  return {
    models: shown.map(({ modelId, identifier, name, latestVersion, versions }) => ({
      modelId,
      identifier,
      name,
      latestVersion,
      versions,
    })),
    page,
    totalCount: models.length,
  };
}

/** Every model with an active version. */
export async function latestModels(database: Database, caller: Caller): Promise<Model[]> {
  return (await readAllModels(database, caller)).filter((model) => model.isActive);
}

/** Other active models that share tags with a model, most shared tags first. */
export async function relatedModels(database: Database, caller: Caller, identifier: string): Promise<Model[]> {
  const own = new Set((await findModel(database, identifier)).tags.map((tag) => tag.identifier));
  const shared = (model: Model) => model.tags.filter((tag) => own.has(tag.identifier)).length;
  return (await latestModels(database, caller))
    .filter((model) => model.identifier !== identifier && shared(model) > 0)
    .sort((a, b) => shared(b) - shared(a) || a.name.localeCompare(b.name));
}

/** All tags of active models, by name. */
export async function listTags(database: Database, caller: Caller): Promise<ModelTag[]> {
  const tags = (await latestModels(database, caller)).flatMap((model) => model.tags);
  const byIdentifier = new Map(tags.map((tag) => [tag.identifier, tag]));
  return [...byIdentifier.values()].sort((a, b) => a.name.localeCompare(b.name));
}

/** All tags of active models with how many of these models have them, the most common first. */
export async function countTags(database: Database, caller: Caller): Promise<TagCount[]> {
  const models = await latestModels(database, caller);
  const countOf = (identifier: string) =>
    models.filter(({ tags }) => tags.some((tag) => tag.identifier === identifier)).length;
  const tags = await listTags(database, caller);
  return tags.map((tag) => ({ ...tag, count: countOf(tag.identifier) })).sort((a, b) => b.count - a.count);
}

/** The tags with these identifiers and the active models that have any of them; ignores unknown tags (contract trap T35). */
export async function findTags(
  database: Database,
  caller: Caller,
  identifiers: readonly string[],
): Promise<TaggedModels> {
  const wanted = new Set(identifiers);
  const models = (await latestModels(database, caller)).filter((model) =>
    model.tags.some((tag) => wanted.has(tag.identifier)),
  );
  return { tags: (await listTags(database, caller)).filter((tag) => wanted.has(tag.identifier)), models };
}

/** @throws MillraceError `not_found`. */
export async function findModel(database: Database, identifier: string): Promise<Model> {
  const versions = await readVersions(database, identifier);
  return toModel(versions, (await readModelImages(database, identifier)).get(identifier));
}

/** The versions of a model that match a query, oldest first unless sorted otherwise; a page of them if the query names one. */
export async function listVersions(
  database: Database,
  identifier: string,
  query: ModelVersionsQuery,
): Promise<{ readonly versions: { version: string }[]; readonly page: Page | undefined; readonly totalCount: number }> {
  const isPaged = query.page !== undefined || query["per-page"] !== undefined;
  const page = isPaged ? parsePage(query) : undefined;
  const rows = await readVersions(database, identifier);
  const found = sortRows(filterVersions(rows, query), query["sort-by"], query.direction, versionSortKeys);
  const shown = page === undefined ? found : found.slice((page.number - 1) * page.size, page.number * page.size);
  return { versions: shown.map(({ version }) => ({ version })), page, totalCount: found.length };
}

/** @throws MillraceError `not_found`, listing the existing versions. */
export async function readVersion(database: Database, identifier: string, version: string): Promise<ModelVersion> {
  const versions = await readVersions(database, identifier);
  const samples = await findSamples(database, identifier, version);
  const row = versions.find((candidate) => candidate.version === version);
  if (row === undefined) throw unknownVersion({ model: identifier, version });
  return toModelVersion(row, versions, {
    input: JSON.stringify(samples.input),
    output: JSON.stringify(samples.output),
  });
}

const versionSortKeys = {
  version: (row: VersionRow) => sortableVersion(row.version),
  "processing.minimumParallelCapacity": (row: VersionRow) => row.minimum_engines,
  "processing.maximumParallelCapacity": (row: VersionRow) => row.maximum_engines,
  createdAt: (row: VersionRow) => row.created_at.getTime(),
  updatedAt: (row: VersionRow) => row.updated_at.getTime(),
  status: (row: VersionRow) => row.status,
};

export interface VersionPage {
  readonly versions: ModelVersion[];
  readonly page: Page;
  readonly totalCount: number;
}

/** The versions of all models, by model and version unless sorted otherwise. */
export async function listAllVersions(
  database: Database,
  caller: Caller,
  query: AllVersionsQuery,
): Promise<VersionPage> {
  const page = parsePage(query);
  const parameters = createParameters();
  const { rows } = await database.query<VersionRow & { sample_input: unknown; sample_output: unknown }>(
    `SELECT ${versionColumns}, sample_input, sample_output FROM millrace.model_versions v
     WHERE ${visibleModels(caller, "v", parameters)} ORDER BY model_identifier, version_order`,
    parameters.values,
  );
  const sorted = sortRows(rows, query["sort-by"], query.direction, versionSortKeys);
  const versions = sorted.slice((page.number - 1) * page.size, page.number * page.size).map((row) =>
    toModelVersion(
      row,
      rows.filter((other) => other.model_identifier === row.model_identifier),
      { input: JSON.stringify(row.sample_input), output: JSON.stringify(row.sample_output) },
    ),
  );
  return { versions, page, totalCount: rows.length };
}

/** A complete submission and the complete results body it produces. */
export async function findSamples(
  database: Database,
  identifier: string,
  version: string,
): Promise<{ input: unknown; output: unknown }> {
  const { rows } = await database.query<{ sample_input: unknown; sample_output: unknown }>(
    "SELECT sample_input, sample_output FROM millrace.model_versions WHERE model_identifier = $1 AND version = $2",
    [identifier, version],
  );
  if (rows[0] === undefined) throw unknownVersion({ model: identifier, version });
  return { input: rows[0].sample_input, output: rows[0].sample_output };
}

/** Sets a version's sample submission or sample results. @throws MillraceError `not_found`. */
export async function setSample(
  database: Database,
  reference: VersionReference,
  kind: "input" | "output",
  sample: unknown,
): Promise<void> {
  const { rowCount } = await database.query(
    `UPDATE millrace.model_versions SET sample_${kind} = $3, updated_at = now() WHERE model_identifier = $1 AND version = $2`,
    [reference.model, reference.version, JSON.stringify(sample)],
  );
  if (rowCount === 0) throw unknownVersion(reference);
}

async function readVersions(database: Database, identifier: string): Promise<VersionRow[]> {
  const { rows } = await database.query<VersionRow>(
    `SELECT ${versionColumns} FROM millrace.model_versions WHERE model_identifier = $1 ORDER BY version_order`,
    [identifier],
  );
  if (rows.length === 0) throw unknownModel(identifier);
  return rows;
}

async function readAllModels(database: Database, caller: Caller): Promise<Model[]> {
  const parameters = createParameters();
  const { rows } = await database.query<VersionRow>(
    `SELECT ${versionColumns} FROM millrace.model_versions v WHERE ${visibleModels(caller, "v", parameters)}
     ORDER BY model_identifier, version_order`,
    parameters.values,
  );
  const byModel = new Map<string, VersionRow[]>();
  for (const row of rows) byModel.set(row.model_identifier, [...(byModel.get(row.model_identifier) ?? []), row]);
  const images = await readModelImages(database);
  return [...byModel].map(([identifier, versions]) => toModel(versions, images.get(identifier)));
}
