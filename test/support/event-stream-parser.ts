/** Reads an event stream as browsers do: WHATWG HTML, 9.2.6. */
export class EventStreamParser {
  lastEventId = '';
  retryMs?: number;
  comments = 0;
  private rest = '';
  private isFirst = true;
  private event = '';
  private data = '';
  private id = '';

  /** @param dispatch called for each event that a browser would tell its page of. */
  constructor(private readonly dispatch: (event: string, data: string) => void) {}

  take(chunk: string): void {
    this.rest += this.isFirst ? chunk.replace(/^\uFEFF/, '') : chunk;
    this.isFirst = false;
    // A line end may be CR, LF or both; the last CR may be half of one.
    for (let end = /\r\n|\n|\r(?!$)/.exec(this.rest); end !== null; end = /\r\n|\n|\r(?!$)/.exec(this.rest)) {
      const line = this.rest.slice(0, end.index);
      this.rest = this.rest.slice(end.index + end[0].length);
      this.takeLine(line);
    }
  }

  private takeLine(line: string): void {
    if (line === '') return this.endEvent();
    if (line.startsWith(':')) {
      this.comments++;
      return;
    }
    const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (field === 'event') this.event = value;
    else if (field === 'data') this.data += `${value}\n`;
    else if (field === 'id' && !value.includes('\0')) this.id = value;
    else if (field === 'retry' && /^\d+$/.test(value)) this.retryMs = Number(value);
  }

  private endEvent(): void {
    this.lastEventId = this.id;
    const { event, data } = this;
    this.event = '';
    this.data = '';
    if (data !== '') this.dispatch(event || 'message', data.slice(0, -1));
  }
}
