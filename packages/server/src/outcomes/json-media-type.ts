export function isJsonMediaType(mediaType: string): boolean {
  return /^application\/(json|[\w.+-]+\+json)\b/i.test(mediaType);
}
