import { request } from './rest';

/** What a node said of itself, at one moment. */
export class Scrape {
  constructor(readonly text: string) {}

  /** @param url of the node, or of its port for metrics. */
  static async of(url: string | undefined): Promise<Scrape> {
    const { status, body } = await request<string>('GET', `${url}/metrics`);
    if (status !== 200) throw new Error(`no metrics: ${status}`);
    return new Scrape(body);
  }

  /** The value of the series with these labels, in any order; undefined where there is none. */
  value(name: string, labels: Readonly<Record<string, string>> = {}): number | undefined {
    const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
    return this.series.find(
      (series) =>
        series.name === name &&
        series.labels.length === wanted.length &&
        wanted.every((label) => series.labels.includes(label)),
    )?.value;
  }

  /** The names of all metrics. */
  get families(): string[] {
    return [...this.text.matchAll(/^# TYPE (\S+) /gm)].map(([, name = '']) => name);
  }

  /** All series by name and labels, without their values. */
  get seriesNames(): string[] {
    return this.series.map(({ name, labels }) => `${name}{${labels.join()}}`);
  }

  private get series(): { name: string; labels: string[]; value: number }[] {
    return [...this.text.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm)].map(
      ([, name = '', labels = '', value]) => ({
        name,
        labels: labels.match(/\w+="(?:[^"\\]|\\.)*"/g) ?? [],
        value: Number(value),
      }),
    );
  }
}
