/** How often what came of which event. */
export class Tally {
  private readonly counts = new Map<string, Map<string, number>>();

  add(event: string, outcome: string): void {
    const ofEvent = this.counts.get(event) ?? new Map<string, number>();
    this.counts.set(event, ofEvent);
    ofEvent.set(outcome, (ofEvent.get(outcome) ?? 0) + 1);
  }

  get total(): number {
    return [...this.counts.values()].flatMap((of) => [...of.values()]).reduce((sum, one) => sum + one, 0);
  }

  count(event: string, outcome: string): number {
    return this.counts.get(event)?.get(outcome) ?? 0;
  }

  toString(): string {
    const lines = [...this.counts]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([event, outcomes]) => {
        const told = [...outcomes].toSorted(([, a], [, b]) => b - a);
        return `${JSON.stringify(event).padEnd(44)} ${told.map(([what, n]) => `${what} ${n}`).join(', ')}`;
      });
    return lines.join('\n');
  }
}
