import { readFileSync } from "node:fs";
import { cruise, type ICruiseResult, type IModule } from "dependency-cruiser";
import { beforeAll, expect, test } from "vitest";

/** What each package may import of the others, as DESIGN and docs/architecture.md say: nothing points the other way. */
const packages: Readonly<Record<string, readonly string[]>> = {
  contract: [],
  "embedded-postgres": [],
  client: [],
  explainers: ["contract"],
  runners: ["contract"],
  server: ["contract", "embedded-postgres", "explainers", "runners"],
  cli: ["client", "contract", "runners", "server"],
};

const architecture = readFileSync("docs/architecture.md", "utf8");

/** The folders in a listing of docs/architecture.md, from top to bottom. */
function listed(fence: string): string[] {
  const [, listing = ""] = new RegExp(`\`\`\`${fence}\\n([^\`]*)\`\`\``).exec(architecture) ?? [];
  return Array.from(listing.matchAll(/^([a-z-]+)\//gm), ([, folder]) => folder ?? "");
}

/** Sources whose folders have an order. */
const ordered = [
  { sources: "packages/server/src/", rooms: listed("rooms"), rootIsAbove: true },
  // Beside its folders are the interface that they implement and the registry that loads them.
  { sources: "packages/runners/src/", rooms: listed("runners"), rootIsAbove: false },
];

let modules: readonly IModule[] = [];

beforeAll(async () => {
  const { output } = await cruise(
    ["packages"],
    {
      tsPreCompilationDeps: true,
      doNotFollow: { path: "node_modules" },
      exclude: { path: "(/dist/|/test/|\\.test\\.ts$|/node_modules/)" },
      ruleSet: { forbidden: [{ name: "no-circles", severity: "error", from: {}, to: { circular: true } }] },
      validate: true,
    },
    { conditionNames: ["source", "import"], exportsFields: ["exports"], extensions: [".ts", ".tsx", ".js"] },
  );
  modules = (output as ICruiseResult).modules;
}, 300_000);

interface Import {
  readonly from: string;
  readonly to: string;
}

function importsWithin(folder: string): Import[] {
  return modules
    .filter(({ source }) => source.startsWith(folder))
    .flatMap(({ source, dependencies }) => dependencies.map(({ resolved }) => ({ from: source, to: resolved })));
}

/** The folder of a file within these sources; files beside the folders have none. */
function roomOf(path: string, sources = "packages/server/src/"): string | undefined {
  return path.startsWith(sources) ? /^([^/]+)\//.exec(path.slice(sources.length))?.[1] : undefined;
}

test("checks the real import graph", () => {
  expect(modules.length).toBeGreaterThan(300);
  expect(importsWithin("packages/server/src/http/").some(({ to }) => to.startsWith("packages/contract/src/"))).toBe(
    true,
  );
});

/** What is loaded with a file: what it imports, and so on, without what it imports later or only for its types. */
function loadedWith(file: string, known = new Set<string>()): Set<string> {
  if (known.has(file)) return known;
  known.add(file);
  const { dependencies = [] } = modules.find(({ source }) => source === file) ?? {};
  for (const { dynamic, dependencyTypes, resolved } of dependencies)
    if (!dynamic && !dependencyTypes.some((type) => type === "type-only" || type === "type-import"))
      loadedWith(resolved, known);
  return known;
}

test.each([
  "isolation/engine-process",
  "onnx/onnx-runner",
  "onnx/token-tensors",
  "tensors/picture",
  "module/module-runner",
])("the process of an engine loads %s without schemas, which would take half of its start", (file) => {
  const loaded = [...loadedWith(`packages/runners/src/${file}.ts`)].filter((path) => path.startsWith("packages/"));
  expect(loaded.length).toBeGreaterThan(3);
  expect(loaded.filter((path) => /^import (?!type ).* from "typebox/m.test(readFileSync(path, "utf8")))).toEqual([]);
});

test("there are no import cycles, including types", () => {
  const circles = modules.flatMap(({ source, dependencies }) =>
    dependencies
      .filter(({ circular }) => circular)
      .map(({ cycle }) => [source, ...(cycle ?? []).map(({ name }) => name)].join(" -> ")),
  );
  expect(circles).toEqual([]);
});

test.each(ordered)("docs/architecture.md lists every folder of $sources", ({ sources, rooms }) => {
  const found = new Set(modules.flatMap(({ source }) => roomOf(source, sources) ?? []));
  expect([...found].sort()).toEqual([...rooms].sort());
});

test.each(ordered)(
  "folders of $sources import only those below them, in the order of docs/architecture.md",
  ({ sources, rooms, rootIsAbove }) => {
    const upwards = importsWithin(sources).filter(({ from, to }) => {
      const above = roomOf(from, sources);
      if (above === undefined || !to.startsWith(sources)) return false;
      const below = roomOf(to, sources);
      return below === undefined ? rootIsAbove : rooms.indexOf(below) < rooms.indexOf(above);
    });
    expect(upwards).toEqual([]);
  },
);

test("only server/ imports http/", () => {
  const importers = importsWithin("packages/").filter(
    ({ from, to }) => roomOf(to) === "http" && roomOf(from) !== "http",
  );
  expect([...new Set(importers.map(({ from }) => roomOf(from)))]).toEqual(["server"]);
});

test("packages import each other only downwards", () => {
  const packageOf = (path: string) => /^packages\/([^/]+)\//.exec(path)?.[1] ?? "";
  const wrong = importsWithin("packages/").filter(({ from, to }) => {
    const [importer, imported] = [packageOf(from), packageOf(to)];
    return imported !== "" && importer !== imported && !(packages[importer] ?? []).includes(imported);
  });
  expect(wrong).toEqual([]);
});
