/** A session of polls that polls when it is told to, and not otherwise. */
export class RawPolls {
  private constructor(private readonly url: string) {}

  /** Let in by this token; what it was told by then is forgotten. */
  static async begin(nodeUrl: string, auth: Readonly<Record<string, unknown>>): Promise<RawPolls> {
    const url = `${nodeUrl}/socket.io/?EIO=4&transport=polling`;
    const opened = await (await fetch(url)).text();
    const polls = new RawPolls(`${url}&sid=${(JSON.parse(opened.slice(1)) as { sid: string }).sid}`);
    await polls.sends(`40${JSON.stringify(auth)}`);
    while (!(await polls.polls()).some((packet) => packet.startsWith('42["ready"'))) continue;
    return polls;
  }

  /** Waits until there is anything. @returns the packets of the answer; none when the session is over. */
  async polls(): Promise<string[]> {
    const answer = await fetch(this.url);
    return answer.ok ? (await answer.text()).split('\x1e') : [];
  }

  ends(): Promise<void> {
    return this.sends('1');
  }

  async sends(packet: string): Promise<void> {
    await fetch(this.url, { method: 'POST', body: packet });
  }
}
