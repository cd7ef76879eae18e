/** @returns undefined for what is no JSON, and for more than `longest` characters: parsing takes time as they do. */
export function parseBoundedJson(text: string, longest: number): unknown {
  if (text.length > longest) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
