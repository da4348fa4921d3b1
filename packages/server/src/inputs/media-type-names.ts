/**
 * Names of one media type: the first is what errors say. Everything that `file-type` answers is registered with IANA or in this list, if only
 * to say that it has no other name.
 */
const sameTypes: readonly (readonly string[])[] = [
  // Pictures
  ["image/jpeg", "image/jpg", "image/pjpeg"],
  ["image/png", "image/x-png"],
  ["image/apng", "image/vnd.mozilla.apng"],
  ["image/tiff", "image/tif", "image/x-tiff"],
  ["image/bmp", "image/x-bmp", "image/x-ms-bmp", "image/x-windows-bmp"],
  ["image/vnd.microsoft.icon", "image/x-icon", "image/ico"],
  // One container; HEVC is what all cameras put into it.
  ["image/heic", "image/heif"],
  ["image/heic-sequence", "image/heif-sequence"],
  ["image/jxr", "image/vnd.ms-photo"],
  ["image/vnd.adobe.photoshop", "image/x-photoshop", "image/psd", "application/x-photoshop"],
  ["image/jp2", "image/jpeg2000", "image/x-jp2"],
  ["video/mj2", "image/mj2"],
  ["image/vnd.dwg", "application/acad", "image/x-dwg"],
  ["image/icns", "image/x-icns"],
  ["image/x-adobe-dng", "image/dng"],
  ["image/x-xcf", "image/xcf"],
  ...alone("image/flif", "image/bpg", "image/x-canon-cr2", "image/x-canon-cr3", "image/x-olympus-orf"),
  ...alone("image/x-sony-arw", "image/x-nikon-nef", "image/x-panasonic-rw2", "image/x-fujifilm-raf"),
  // Sound
  ["audio/mpeg", "audio/mp3", "audio/x-mp3", "audio/x-mpeg", "audio/mpeg3", "audio/x-mpeg-3"],
  ["audio/mp4", "audio/x-m4a", "audio/m4a", "audio/x-mp4"],
  ["audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave", "audio/x-pn-wav"],
  ["audio/flac", "audio/x-flac"],
  ["audio/aac", "audio/x-aac", "audio/aacp", "audio/x-hx-aac-adts"],
  ["audio/ogg", "audio/x-ogg"],
  ["audio/aiff", "audio/x-aiff"],
  ["audio/midi", "audio/mid", "audio/x-midi"],
  ["audio/matroska", "audio/x-matroska"],
  ["audio/ac3", "audio/vnd.dolby.dd-raw"],
  ["audio/amr", "audio/x-amr"],
  ["audio/ape", "audio/x-ape"],
  ["audio/wavpack", "audio/x-wavpack"],
  ["audio/x-ms-wma", "audio/x-ms-asf"],
  ["audio/x-musepack", "audio/musepack"],
  ["application/vnd.rn-realmedia", "audio/x-pn-realaudio"],
  ...alone("audio/x-dsf", "audio/x-it", "audio/x-s3m", "audio/x-xm", "audio/x-voc"),
  // Films
  ["video/mp4", "video/x-m4v", "video/m4v"],
  ["video/matroska", "video/x-matroska"],
  ["video/vnd.avi", "video/x-msvideo", "video/avi", "video/msvideo"],
  ["video/mpeg", "video/x-mpeg", "video/mp1s", "video/mp2p"],
  ["video/x-ms-wmv", "video/x-ms-asf"],
  ["video/x-flv", "video/flv"],
  ...alone("video/webm"),
  // Archives
  ["application/zip", "application/x-zip-compressed", "application/x-zip"],
  ["application/gzip", "application/x-gzip"],
  ["application/vnd.rar", "application/x-rar-compressed", "application/x-rar"],
  ["application/x-tar", "application/tar", "application/x-gtar"],
  ["application/x-7z-compressed", "application/7z"],
  ["application/x-bzip2", "application/bzip2", "application/x-bzip"],
  ["application/x-xz", "application/xz"],
  ["application/zstd", "application/x-zstd"],
  ["application/x-lz4", "application/lz4"],
  ["application/x-lzip", "application/lzip"],
  ["application/x-lzh-compressed", "application/x-lzh", "application/x-lha"],
  ["application/x-arj", "application/arj"],
  ["application/vnd.debian.binary-package", "application/x-deb", "application/x-debian-package"],
  ["application/x-rpm", "application/x-redhat-package-manager"],
  ...alone("application/x-compress", "application/x-unix-archive", "application/x-cpio", "application/x-asar"),
  ...alone("application/x-ace-compressed", "application/x-apple-diskimage"),
  // Documents and data
  ["application/xml", "text/xml"],
  ["application/pdf", "application/x-pdf"],
  ["application/rtf", "text/rtf"],
  ["application/eps", "application/x-eps", "image/eps", "image/x-eps"],
  ["application/x-cfb", "application/x-ole-storage"],
  ["application/vnd.sqlite3", "application/x-sqlite3"],
  ["application/vnd.apache.parquet", "application/x-parquet", "application/parquet"],
  ["application/avro", "application/x-avro", "avro/binary"],
  ["application/x-mobipocket-ebook", "application/vnd.amazon.mobi8-ebook"],
  ["application/x-esri-shape", "application/vnd.shp"],
  ["application/vnd.tcpdump.pcap", "application/x-pcap"],
  ["application/vnd.ms-outlook", "application/x-msg"],
  ["application/x-spss-sav", "application/spss"],
  ["application/vnd.iccprofile", "application/x-iccprofile"],
  ["model/stl", "application/sla", "model/x.stl-binary", "model/x.stl-ascii"],
  ["application/vnd.google.draco", "model/draco"],
  ["application/x-indesign", "application/vnd.adobe.indesign"],
  ...alone("application/x-mie", "application/x-blender", "application/x.autodesk.fbx", "application/x-jmp-data"),
  ...alone("application/vnd.sketchup.skp"),
  // Programs
  ["application/vnd.microsoft.portable-executable", "application/x-msdownload", "application/x-dosexec"],
  ["application/x-elf", "application/x-executable"],
  ["application/java-vm", "application/x-java-class"],
  ["application/java-archive", "application/x-java-archive"],
  ["application/vnd.adobe.flash.movie", "application/x-shockwave-flash"],
  ...alone("application/x-mach-binary", "application/x-nintendo-nes-rom", "application/x-google-chrome-extension"),
  ...alone("application/x-xpinstall", "application/vnd.android.package-archive", "application/x.ms.shortcut"),
  ...alone("application/x.apple.alias", "application/x-ms-regedit", "application/x-ft-windows-registry-hive"),
];

const officeTypes = ["application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint"];
const zippedTypes = [
  "application/epub+zip",
  "application/java-archive",
  "application/vnd.android.package-archive",
  "model/3mf",
  "application/x-xpinstall",
] as const;
const zippedOffice = /^application\/vnd\.(oasis\.opendocument|openxmlformats-officedocument)\.|\.macroenabled\.12$/;

/** What a file of a type is as well, or may be as far as its bytes tell: the container around it, or what the container holds. */
const otherTypes: ReadonlyMap<string, readonly string[]> = new Map([
  ["audio/ogg; codecs=opus", ["audio/opus", "application/ogg"]],
  ["audio/ogg", ["application/ogg"]],
  ["video/ogg", ["application/ogg"]],
  ["application/ogg", ["audio/ogg", "video/ogg", "audio/opus"]],
  ["image/apng", ["image/png"]],
  ["image/heic-sequence", ["image/heic"]],
  ["video/webm", ["video/matroska"]],
  ["audio/webm", ["audio/matroska"]],
  ["audio/x-ms-wma", ["application/vnd.ms-asf"]],
  ["video/x-ms-wmv", ["application/vnd.ms-asf"]],
  ["application/vnd.ms-asf", ["audio/x-ms-wma", "video/x-ms-wmv"]],
  ["application/eps", ["application/postscript"]],
  ["application/x-cfb", [...officeTypes, "application/vnd.ms-outlook", "application/vnd.visio"]],
  ...zippedTypes.map((type): [string, string[]] => [type, ["application/zip"]]),
]);

/** The type of the same container with sound only: a voice message is a film without pictures. */
const soundTypes: ReadonlyMap<string, string> = new Map([
  ["video/mp4", "audio/mp4"],
  ["video/webm", "audio/webm"],
  ["video/matroska", "audio/matroska"],
  ["video/3gpp", "audio/3gpp"],
  ["video/3gpp2", "audio/3gpp2"],
]);

/** Containers of so many things that nobody tells them all apart: an NPZ is a zip, a GeoPackage a database. */
const openContainers: ReadonlySet<string> = new Set(
  ["zip", "gzip", "x-tar", "x-cfb", "vnd.sqlite3", "ogg"].map((type) => `application/${type}`),
);

/** Formats that may be text from the first byte to the last; any other that is found in a text is a coincidence, such as "BM" or "MZ". */
const textFormats: ReadonlySet<string> = new Set([
  "application/pdf",
  "application/postscript",
  "application/eps",
  "application/rtf",
  "application/xml",
  "text/calendar",
  "text/vcard",
  "text/vtt",
  "application/pgp-encrypted",
  "application/x-ms-regedit",
  "model/stl",
  "application/x-unix-archive",
]);

const firstNames: ReadonlyMap<string, string> = new Map(
  sameTypes.flatMap(([first = "", ...others]) => [first, ...others].map((name): [string, string] => [name, first])),
);

/** The name of a media type that stands for all that it has, without parameters but those of `file-type` that name a codec. */
export function mediaTypeName(type: string): string {
  const name = type.trim().toLowerCase();
  if (otherTypes.has(name)) return name;
  const [bare = ""] = name.split(";", 1);
  return firstNames.get(bare.trim()) ?? bare.trim();
}

/** All types that a file of this type is, by their {@link mediaTypeName}. */
export function typesOf(type: string): readonly string[] {
  const name = mediaTypeName(type);
  const [bare = ""] = name.split(";", 1);
  const others = otherTypes.get(name) ?? (zippedOffice.test(name) ? ["application/zip"] : []);
  return [bare, ...others];
}

export function soundTypeOf(type: string): string | undefined {
  return soundTypes.get(mediaTypeName(type));
}

export function isOpenContainer(type: string): boolean {
  return openContainers.has(mediaTypeName(type));
}

export function isTextFormat(type: string): boolean {
  return textFormats.has(mediaTypeName(type));
}

/** Whether the type has a name in the list above. */
export function isListed(type: string): boolean {
  return firstNames.has(type.toLowerCase());
}

function alone(...types: readonly string[]): string[][] {
  return types.map((type) => [type]);
}
