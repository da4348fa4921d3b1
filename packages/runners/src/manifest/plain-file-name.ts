const maximumBytes = 255;

/** Whether a name can be that of a file in a folder, and of nothing in another: no slashes, no control characters, at most 255 bytes. */
export function isPlainFileName(name: string): boolean {
  return (
    name !== "" &&
    name !== "." &&
    name !== ".." &&
    !/[/\\\p{Cc}\p{Cs}]/u.test(name) &&
    Buffer.byteLength(name) <= maximumBytes
  );
}
