// Writes the contract's types into the SDK, which therefore depends on no package:
//   node --conditions=source --import tsx scripts/contract-types.ts
import { writeFile } from "node:fs/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { format } from "prettier";
import ts from "typescript";
import * as contract from "../packages/contract/src/index.js";

/** The SDK's copy of the types. */
export const contractTypesFile = fileURLToPath(new URL("../packages/client/src/contract.ts", import.meta.url));

const folder = fileURLToPath(new URL("../packages/contract/", import.meta.url));
const entry = `${folder}src/index.ts`;

/** What a type is written with: the types that have a name, and what a schema says of its properties. */
interface Context {
  readonly checker: ts.TypeChecker;
  readonly names: ReadonlyMap<ts.Type, string>;
  readonly schema: Schema | undefined;
}

/** The part of a JSON Schema that describes. */
interface Schema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

/** Every type that the contract exports, written out: no schema, no import. */
export async function contractTypes(): Promise<string> {
  const { config } = ts.readConfigFile(`${folder}tsconfig.json`, (path) => ts.sys.readFile(path)) as {
    config: unknown;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, folder);
  return format(declarations(ts.createProgram([entry], options)), { parser: "typescript", printWidth: 120 });
}

function declarations(program: ts.Program): string {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(entry);
  const module = source && checker.getSymbolAtLocation(source);
  if (module === undefined) throw new Error(`${entry} exports nothing.`);
  const aliases = checker
    .getExportsOfModule(module)
    .map((symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol))
    .filter((symbol) => symbol.flags & ts.SymbolFlags.TypeAlias && !isGeneric(symbol))
    .map((symbol) => ({ symbol, type: checker.getDeclaredTypeOfSymbol(symbol) }))
    .toSorted((one, other) => one.symbol.name.localeCompare(other.symbol.name));
  const names = new Map(aliases.toReversed().map(({ symbol, type }) => [type, symbol.name]));
  const schemas = contract as unknown as Readonly<Record<string, Schema | undefined>>;
  const written = aliases.map(({ symbol, type }) => {
    const others = new Map([...names].filter(([, name]) => name !== symbol.name));
    const text = typeText(type, { checker, names: others, schema: schemas[symbol.name] });
    return `${comment(documentation(symbol, checker))}export type ${symbol.name} = ${text};\n`;
  });
  return [
    "// Generated from packages/contract by scripts/contract-types.ts.",
    ...written,
    "/** Every method, whatever kinds of input it explains. */",
    `export const explanationMethods: readonly ExplanationMethod[] = ${JSON.stringify(contract.explanationMethods)};`,
  ].join("\n");
}

function isGeneric({ declarations: found = [] }: ts.Symbol): boolean {
  return found.some((one) => ts.isTypeAliasDeclaration(one) && one.typeParameters !== undefined);
}

function typeText(type: ts.Type, context: Context): string {
  const { checker, names, schema } = context;
  const name = names.get(type);
  if (name !== undefined) return name;
  if (type.flags & ts.TypeFlags.Boolean) return "boolean";
  if (type.isUnion()) return unionText(type.types, context);
  if (checker.isArrayType(type)) {
    const [element] = checker.getTypeArguments(type as ts.TypeReference);
    if (element !== undefined) return `(${typeText(element, { ...context, schema: schema?.items })})[]`;
  }
  if (checker.isTupleType(type)) {
    const parts = checker.getTypeArguments(type as ts.TypeReference);
    return `[${parts.map((part) => typeText(part, { ...context, schema: undefined })).join(", ")}]`;
  }
  if (type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) return objectText(type, context);
  return checker.typeToString(type, undefined, ts.TypeFormatFlags.NoTruncation);
}

/** With `boolean` in one word and `null` last. */
function unionText(types: readonly ts.Type[], context: Context): string {
  const isBoolean = ({ flags }: ts.Type) => (flags & ts.TypeFlags.BooleanLiteral) !== 0;
  const hasBoth = types.filter(isBoolean).length === 2;
  const texts = types.filter((type) => !hasBoth || !isBoolean(type)).map((type) => typeText(type, context));
  const ordered = [...texts.filter((text) => text !== "null"), ...texts.filter((text) => text === "null")];
  return [...(hasBoth ? ["boolean"] : []), ...ordered].join(" | ");
}

function objectText(type: ts.Type, context: Context): string {
  const { checker, schema } = context;
  if (type.getCallSignatures().length > 0) throw new Error(`${checker.typeToString(type)} is a function.`);
  const indexes = checker.getIndexInfosOfType(type).map(({ keyType, type: value }) => {
    return `[name: ${typeText(keyType, context)}]: ${typeText(value, { ...context, schema: undefined })};`;
  });
  const order = Object.keys(schema?.properties ?? {});
  const found = checker.getPropertiesOfType(type);
  const inOrder = found.toSorted((one, other) => order.indexOf(one.name) - order.indexOf(other.name));
  const properties = inOrder.map((property) => {
    const own = schema?.properties?.[property.name];
    const text = propertyText(checker.getTypeOfSymbol(property), { ...context, schema: own });
    const mark = property.flags & ts.SymbolFlags.Optional ? "?" : "";
    const description = documentation(property, checker) || own?.description || "";
    return `${comment(description)}${JSON.stringify(property.name)}${mark}: ${text};`;
  });
  return `{\n${[...indexes, ...properties].join("\n")}\n}`;
}

/** Without the `undefined` of an optional property, which its question mark says. */
function propertyText(type: ts.Type, context: Context): string {
  if (!type.isUnion() || context.names.has(type)) return typeText(type, context);
  return unionText(
    type.types.filter(({ flags }) => (flags & ts.TypeFlags.Undefined) === 0),
    context,
  );
}

function documentation(symbol: ts.Symbol, checker: ts.TypeChecker): string {
  return ts.displayPartsToString(symbol.getDocumentationComment(checker));
}

function comment(text: string): string {
  return text === "" ? "" : `/** ${text.replaceAll("\n", "\n * ")} */\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href)
  await writeFile(contractTypesFile, await contractTypes());
