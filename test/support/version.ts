/** A pre-release comes before its release; what is no version at all comes before everything. */
export function isBelow(version: string, floor: string): boolean {
  const [release = '', preRelease] = version.split('-', 2);
  const numbers = release.split('.').map(Number);
  for (const [place, least] of floor.split('.').map(Number).entries()) {
    const number = numbers[place] ?? NaN;
    if (number !== least) return !(number > least);
  }
  return preRelease !== undefined;
}
