// Gathers real photographs for run.ts from Debian packages, without installing them. Their licences differ (GPL, CC BY-SA and others), so none of
// them is in this repository. Only photographs count in which the classifier is sure enough of something that there is something to explain.
// npm run build && node --conditions=source --import tsx bench/explanations/photographs.ts FOLDER [--downloads FOLDER]
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs, promisify } from "node:util";
import sharp, { type Sharp } from "sharp";
import { bestOf, loadModel } from "./model.js";

const { values, positionals } = parseArgs({ allowPositionals: true, options: { downloads: { type: "string" } } });
const [folder] = positionals;
if (folder === undefined) throw new Error("Give the folder that the photographs are to be written to.");

const leastScore = 0.2;
const grey = "#808080";

interface Source {
  /** Of the package; or of a folder of this repository, when it has a "/". */
  readonly name: string;
  readonly directory: string;
  /** Folders of photographs, without their subfolders. */
  readonly folders?: readonly string[];
  /** Single photographs, where other pictures stand beside them. */
  readonly files?: readonly string[];
  /** Files in the folders that are drawings, renderings, recoloured or mirrored. */
  readonly without?: readonly string[];
  readonly convert: (file: string) => Sharp;
}

/** Cut-outs, on grey as the classifier never saw transparency, as large as it takes pictures. */
const fromCutOut = (file: string) =>
  sharp(file).flatten({ background: grey }).resize(300, 300, { fit: "contain", background: grey });
const fromPhotograph = (file: string) =>
  sharp(file).rotate().removeAlpha().resize(512, 512, { fit: "inside", withoutEnlargement: true });

const sources: readonly Source[] = [
  {
    name: "tuxpaint-stamps-default",
    directory: "usr/share/tuxpaint/stamps",
    folders: [
      "animals/amphibians",
      "animals/birds",
      "animals/fish",
      "animals/insects",
      "animals/lizards",
      "animals/mammals",
      "animals/mammals/apes",
      "animals/mammals/aquatic",
      "animals/mammals/bears",
      "animals/mammals/bovines",
      "animals/mammals/camel",
      "animals/mammals/cats",
      "animals/mammals/deer",
      "animals/mammals/dogs",
      "animals/mammals/equines",
      "animals/mammals/rodents",
      "animals/marsupials",
      "animals/shellfish",
      "clothes",
      "food",
      "food/fruit",
      "food/nuts",
      "food/spices",
      "food/vegetables",
      "hobbies",
      "hobbies/music/brass",
      "hobbies/music/percussion",
      "hobbies/music/string",
      "hobbies/music/wind",
      "household",
      "household/arttools",
      "household/dishes",
      "household/dishes/utensils",
      "household/tools",
      "medical",
      "military",
      "military/vehicles",
      "plants",
      "plants/flowers",
      "plants/mushrooms",
      "plants/trees",
      "sports",
      "town/monuments",
      "vehicles",
      "vehicles/auto",
      "vehicles/construction",
      "vehicles/cycle",
      "vehicles/emergency",
      "vehicles/flight",
      "vehicles/flight/planes",
      "vehicles/masstransit",
      "vehicles/race",
      "vehicles/ship",
    ],
    without: [
      "animals/fish/butterflyfish.png",
      "animals/fish/clownfish.png",
      "animals/fish/dolphinfish.png",
      "animals/insects/bee.png",
      "animals/mammals/echidna.png",
      "clothes/t_poloshirt.png",
      "clothes/t_sock.png",
      "clothes/t_tshirt.png",
      "food/fruit/apple_red.png",
      "household/arttools/highlighter.png",
      "household/arttools/pen_dryerase.png",
      "household/cylinder.png",
      "household/dishes/glass.png",
      "household/dishes/mug.png",
      "military/vehicles/bradley_mirror.png",
      "military/vehicles/ww2_german_gun.png",
      "sports/basketball.png",
      "sports/rugby_goal_posts.png",
      "vehicles/7spoke256.png",
      "vehicles/construction/dumper_mirror.png",
    ],
    convert: fromCutOut,
  },
  {
    name: "plasma-workspace-wallpapers",
    directory: "usr/share/wallpapers",
    // Each is there in many sizes.
    files: [
      "BytheWater",
      "ColdRipple",
      "ColorfulCups",
      "DarkestHour",
      "EveningGlow",
      "FallenLeaf",
      "Grey",
      "Kite",
      "OneStandsOut",
      "Path",
      "summer_1am",
    ].map((name) => `${name}/contents/images/2560x1600.jpg`),
    convert: fromPhotograph,
  },
  { name: "mate-backgrounds", directory: "usr/share/backgrounds/mate", folders: ["nature"], convert: fromPhotograph },
  {
    name: "lomiri-wallpapers-16.04",
    directory: "usr/share/backgrounds",
    folders: ["."],
    without: [
      "analogpattern_by_Peter_Nerlich.jpg",
      "free_by_Peter_Nerlich.jpg",
      "greentock_by_Peter_Nerlich.jpg",
      "umang_by_Abhishek_Mudgal.jpg",
    ],
    convert: fromPhotograph,
  },
  // Its other photographs are in the demo's folder.
  {
    name: "python3-skimage",
    directory: "usr/lib/python3/dist-packages/skimage/data",
    files: ["motorcycle_left.png"],
    convert: fromPhotograph,
  },
  { name: "examples/data/photos", directory: ".", folders: ["."], convert: fromPhotograph },
];

const run = promisify(execFile);

async function unpack(name: string, downloads: string): Promise<string> {
  const root = join(downloads, name);
  await mkdir(root, { recursive: true });
  const isThere = async () =>
    (await readdir(downloads)).find((file) => file.startsWith(`${name}_`) && file.endsWith(".deb"));
  if ((await isThere()) === undefined) await run("apt-get", ["download", name], { cwd: downloads });
  const file = await isThere();
  if (file === undefined) throw new Error(`apt-get downloaded no ${name}: is it a Debian machine with package lists?`);
  await run("dpkg-deb", ["-x", join(downloads, file), root]);
  return root;
}

async function filesOf({ folders = [], files = [], without = [] }: Source, directory: string): Promise<string[]> {
  const listed = await Promise.all(
    folders.map(async (name) =>
      (await readdir(join(directory, name)))
        .filter((file) => /\.(?:png|jpg)$/.test(file))
        .map((file) => join(name, file)),
    ),
  );
  return [...listed.flat(), ...files].filter((file) => !without.includes(file)).sort();
}

const temporary = values.downloads === undefined ? await mkdtemp(join(tmpdir(), "photographs-")) : undefined;
const downloads = resolve(values.downloads ?? temporary ?? "");
await mkdir(downloads, { recursive: true });
await mkdir(folder, { recursive: true });
const model = await loadModel("models/image-classification/1.0.0");
let written = 0;
for (const source of sources) {
  const root = source.name.includes("/") ? source.name : await unpack(source.name, downloads);
  const directory = join(root, source.directory);
  const files = await filesOf(source, directory);
  let kept = 0;
  for (const file of files) {
    const photograph = await source.convert(join(directory, file)).jpeg({ quality: 95 }).toBuffer();
    const [scores] = await model.score([{ image: photograph }]);
    if ((scores?.get(bestOf(scores)) ?? 0) < leastScore) continue;
    await writeFile(
      join(folder, `${source.name.replaceAll("/", "-")}-${file.replace(/\.\w+$/, "").replace(/\W+/g, "-")}.jpg`),
      photograph,
    );
    kept += 1;
  }
  console.log(`${source.name}: ${kept} of ${files.length} photographs with a score of ${leastScore} or more`);
  written += kept;
}
await model.close();
if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
console.log(`${written} photographs in ${folder}`);
