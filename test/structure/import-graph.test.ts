import { readFileSync } from "node:fs";
import { cruise, type ICruiseResult, type IModule } from "dependency-cruiser";
import { beforeAll, expect, test } from "vitest";

/** What each package may import of the others, as DESIGN and docs/architecture.md say: nothing points the other way. */
const packages: Readonly<Record<string, readonly string[]>> = {
  contract: [],
  "embedded-postgres": [],
  client: ["contract"],
  explainers: ["contract"],
  runners: ["contract"],
  server: ["contract", "embedded-postgres", "explainers", "runners"],
  cli: ["client", "contract", "runners", "server"],
};

const architecture = readFileSync("docs/architecture.md", "utf8");
const rooms = Array.from(
  /```rooms\n([^`]*)```/.exec(architecture)?.[1]?.matchAll(/([a-z]+)\//g) ?? [],
  ([, room]) => room,
);

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

const serverSources = "packages/server/src/";

/** A server file's room; files beside the rooms wire them together. */
function roomOf(path: string): string | undefined {
  return path.startsWith(serverSources) ? /^([^/]+)\//.exec(path.slice(serverSources.length))?.[1] : undefined;
}

test("the graph that is checked is the real one", () => {
  expect(modules.length).toBeGreaterThan(300);
  expect(importsWithin("packages/server/src/http/").some(({ to }) => to.startsWith("packages/contract/src/"))).toBe(
    true,
  );
});

test("no file imports itself by way of others, types included", () => {
  const circles = modules.flatMap(({ source, dependencies }) =>
    dependencies
      .filter(({ circular }) => circular)
      .map(({ cycle }) => [source, ...(cycle ?? []).map(({ name }) => name)].join(" -> ")),
  );
  expect(circles).toEqual([]);
});

test("docs/architecture.md lists every room of the server", () => {
  const found = new Set(modules.flatMap(({ source }) => roomOf(source) ?? []));
  expect([...found].sort()).toEqual([...rooms].sort());
});

test("rooms import only rooms below them, in the order of docs/architecture.md", () => {
  const upwards = importsWithin(serverSources).filter(({ from, to }) => {
    const above = roomOf(from);
    if (above === undefined || !to.startsWith(serverSources)) return false;
    const below = roomOf(to);
    return below === undefined || rooms.indexOf(below) < rooms.indexOf(above);
  });
  expect(upwards).toEqual([]);
});

test("nothing but the wiring of the server imports http/", () => {
  const importers = importsWithin("packages/").filter(
    ({ from, to }) => roomOf(to) === "http" && roomOf(from) !== "http",
  );
  expect([...new Set(importers.map(({ from }) => from))]).toEqual(["packages/server/src/server.ts"]);
});

test("packages import each other only downwards", () => {
  const packageOf = (path: string) => /^packages\/([^/]+)\//.exec(path)?.[1] ?? "";
  const wrong = importsWithin("packages/").filter(({ from, to }) => {
    const [importer, imported] = [packageOf(from), packageOf(to)];
    return imported !== "" && importer !== imported && !(packages[importer] ?? []).includes(imported);
  });
  expect(wrong).toEqual([]);
});
