/** Tracks are described near the beginning, before any sound or picture: nothing has as many elements in front of them. */
const maximumElements = 2_000;

/**
 * Whether an MP4 or WebM (Matroska) file has sound and no pictures. Its first bytes do not tell: both begin like a film.
 * A cover is not a track.
 */
export function hasSoundOnly(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tracks = new Set(isMatroska(view) ? matroskaTracks(view) : mp4Tracks(view));
  return tracks.has("sound") && !tracks.has("pictures");
}

type Track = "sound" | "pictures" | "other";

// ISO/IEC 14496-12: boxes of a length, a name and more boxes.
const boxesWithTracks = new Set(["moov", "trak", "mdia"]);
const handlers: ReadonlyMap<string, Track> = new Map([
  ["soun", "sound"],
  ["vide", "pictures"],
]);

function* mp4Tracks(view: DataView): Generator<Track> {
  let at = 0;
  for (let count = 0; count < maximumElements && at + 8 <= view.byteLength; count += 1) {
    const name = textAt(view, at + 4);
    let size = view.getUint32(at);
    if (size === 1 && at + 16 <= view.byteLength) size = Number(view.getBigUint64(at + 8));
    if (name === "hdlr" && at + 20 <= view.byteLength) yield handlers.get(textAt(view, at + 16)) ?? "other";
    // What is inside comes next.
    if (boxesWithTracks.has(name)) at += 8;
    else if (size < 8) return;
    else at += size;
  }
}

// RFC 8794 and 9559: elements of an identifier, a length and more elements.
const matroskaStart = 0x1a45dfa3;
const elementsWithTracks = new Set([0x18538067, 0x1654ae6b, 0xae]);
const trackType = 0x83;
const trackTypes: ReadonlyMap<number, Track> = new Map([
  [1, "pictures"],
  [2, "sound"],
]);
const cluster = 0x1f43b675;

function* matroskaTracks(view: DataView): Generator<Track> {
  let at = 0;
  for (let count = 0; count < maximumElements; count += 1) {
    const idBytes = lengthAt(view, at);
    const sizeBytes = lengthAt(view, at + idBytes);
    const content = at + idBytes + sizeBytes;
    if (idBytes > 4 || sizeBytes > 8 || content >= view.byteLength) return;
    const id = numberAt(view, at, idBytes, 0xff);
    const size = numberAt(view, at + idBytes, sizeBytes, 0xff >> sizeBytes);
    if (id === cluster) return;
    if (id === trackType) yield trackTypes.get(view.getUint8(content)) ?? "other";
    at = elementsWithTracks.has(id) ? content : content + size;
  }
}

function isMatroska(view: DataView): boolean {
  return view.byteLength >= 4 && view.getUint32(0) === matroskaStart;
}

/** How many bytes a number has whose first one says so by its leading zeros; 9 beyond the end. */
function lengthAt(view: DataView, at: number): number {
  return at < view.byteLength ? Math.clz32(view.getUint8(at)) - 23 : 9;
}

/** @param mask of the first byte, without the bit that says how long the number is where that is no part of it. */
function numberAt(view: DataView, at: number, length: number, mask: number): number {
  let value = view.getUint8(at) & mask;
  for (let index = at + 1; index < at + length; index += 1) value = value * 256 + view.getUint8(index);
  return value;
}

function textAt(view: DataView, at: number): string {
  return String.fromCharCode(...new Uint8Array(view.buffer, view.byteOffset + at, 4));
}
