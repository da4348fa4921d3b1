import type { Model, ModelListQuery, ModelVersionsQuery } from "@millrace/contract";
import { parseFilter } from "../database/parameters.js";
import { parseMoment } from "../database/parse-moment.js";
import { MillraceError } from "../errors/millrace-error.js";
import type { VersionRow } from "./model-body.js";

/** A version in a form that sorts by its numbers: 1.10.0 after 1.9.0. */
export function sortableVersion(version: string): string {
  return version
    .split(".")
    .map((part) => part.padStart(9, "0"))
    .join(".");
}

/** The versions of a model that match every given filter. */
export function filterVersions(rows: readonly VersionRow[], query: ModelVersionsQuery): VersionRow[] {
  const isOneOf = (wanted: string | undefined, value: string) =>
    parseFilter(wanted?.toLowerCase()).every((group) => group.includes(value));
  const isFlag = (wanted: string | undefined, field: string, value: boolean) =>
    !wanted || parseFlag(wanted, field) === value;
  const isSince = (wanted: string | undefined, field: string, value: Date) =>
    !wanted || value >= parseMoment(wanted, field);
  return rows.filter(
    ({ version, status, manifest, created_at: createdAt, updated_at: updatedAt }) =>
      isOneOf(query.version, version) &&
      isOneOf(query.status, status) &&
      parseFilter(query.createdBy?.toLowerCase()).every((group) =>
        group.some((part) => manifest.author.toLowerCase().includes(part)),
      ) &&
      isSince(query.createdAt, "createdAt", createdAt) &&
      isSince(query.updatedAt, "updatedAt", updatedAt) &&
      isFlag(query.isActive, "isActive", status !== "inactive") &&
      isFlag(query.isAvailable, "isAvailable", manifest.available) &&
      isFlag(query.isExperimental, "isExperimental", manifest.experimental),
  );
}

/** The models that match every given filter; text matches anywhere, case-insensitively. */
export function filterModels(models: readonly Model[], query: ModelListQuery): Model[] {
  const tests: ((model: Model) => boolean)[] = [];
  const contains = (wanted: string | undefined, read: (model: Model) => string) => {
    for (const group of parseFilter(wanted?.toLowerCase()))
      tests.push((model) => group.some((value) => read(model).toLowerCase().includes(value)));
  };
  const equals = (wanted: string | undefined, field: string, read: (model: Model) => boolean) => {
    if (!wanted) return;
    const flag = parseFlag(wanted, field);
    tests.push((model) => read(model) === flag);
  };
  for (const group of parseFilter(query.modelId)) tests.push((model) => group.includes(model.modelId));
  contains(query.name, (model) => model.name);
  contains(query.author, (model) => model.author);
  contains(query.description, (model) => `${model.description} ${model.longDescription}`);
  contains(query.createdByEmail, (model) => model.createdByEmail);
  equals(query.isActive, "isActive", (model) => model.isActive);
  equals(query.isExpired, "isExpired", (model) => model.isExpired);
  equals(query.isRecommended, "isRecommended", (model) => model.isRecommended);
  equals(query.isCommercial, "isCommercial", (model) => model.isCommercial);
  if (query.lastActiveDateTime) {
    const since = parseMoment(query.lastActiveDateTime, "lastActiveDateTime");
    tests.push((model) => model.lastActiveDateTime !== null && new Date(model.lastActiveDateTime) >= since);
  }
  // Models do not expire, so this filter never matches.
  if (query.expirationDateTime) {
    parseMoment(query.expirationDateTime, "expirationDateTime");
    tests.push((model) => model.isExpired);
  }
  return models.filter((model) => tests.every((test) => test(model)));
}

const sortKeys: Readonly<Record<string, (model: Model) => string | number>> = {
  modelId: (model) => model.modelId,
  author: (model) => model.author.toLowerCase(),
  submittedByEmail: (model) => model.createdByEmail,
  createdByEmail: (model) => model.createdByEmail,
  name: (model) => model.name.toLowerCase(),
  isExpired: (model) => Number(model.isExpired),
  isActive: (model) => Number(model.isActive),
  latestVersion: (model) => sortableVersion(model.latestVersion),
  isRecommended: (model) => Number(model.isRecommended),
  lastActiveDateTime: (model) => model.lastActiveDateTime ?? "",
  expirationDateTime: () => "",
};

/**
 * Sorts a model list by `sort-by`, but an exact match of the searched name always comes first: clients that search by name
 * open the first result.
 */
export function sortModels(models: readonly Model[], query: ModelListQuery): Model[] {
  const wanted = query.name?.toLowerCase();
  const isExact = (model: Model) => model.name.toLowerCase() === wanted;
  const byIdentifier = models.toSorted((a, b) => (a.modelId < b.modelId ? -1 : 1));
  const sorted = sortRows(byIdentifier, query["sort-by"] || "name", query.direction, sortKeys);
  return [...sorted.filter(isExact), ...sorted.filter((model) => !isExact(model))];
}

/**
 * Sorts by the comma-separated fields of `sort-by`; the sort is stable.
 *
 * @throws MillraceError `invalid_request`, listing the sortable fields.
 */
export function sortRows<Row>(
  rows: readonly Row[],
  sortBy: string | undefined,
  direction: string | undefined,
  keysByField: Readonly<Record<string, (row: Row) => string | number>>,
): Row[] {
  const fields = (sortBy ?? "").split(",").flatMap((field) => field.trim() || []);
  const keys = fields.map((field) => {
    const key = Object.hasOwn(keysByField, field) ? keysByField[field] : undefined;
    if (key !== undefined) return key;
    const known = Object.keys(keysByField).join(", ");
    throw new MillraceError(
      "invalid_request",
      `sort-by is not valid: found ${JSON.stringify(field)}, expected one of ${known}.`,
    );
  });
  const way = direction?.toUpperCase() === "DESC" ? -1 : 1;
  return rows.toSorted((a, b) => {
    for (const key of keys) {
      const [left, right] = [key(a), key(b)];
      if (left !== right) return left < right ? -way : way;
    }
    return 0;
  });
}

function parseFlag(text: string, field: string): boolean {
  const lower = text.toLowerCase();
  if (lower === "true" || lower === "false") return lower === "true";
  throw new MillraceError(
    "invalid_request",
    `${field} is not valid: found ${JSON.stringify(text)}, expected true or false.`,
  );
}
