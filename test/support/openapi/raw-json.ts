/** JSON as text, where no value here would be written so: `1e400`, a key twice, `__proto__`. */
export class RawJson {
  constructor(readonly text: string) {}

  /** `object` and one field more after its others, be it there already. */
  static withField(object: unknown, name: string, text: string): RawJson {
    const others = jsonText(object).slice(1, -1);
    return new RawJson(`{${others}${others === '' ? '' : ','}${JSON.stringify(name)}:${text}}`);
  }
}

/** Like JSON.stringify, for values that may have raw parts. */
export function jsonText(value: unknown): string {
  if (value instanceof RawJson) return value.text;
  if (Array.isArray(value)) return `[${value.map(jsonText).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${jsonText(field)}`).join()}}`;
}
