/** Durations in milliseconds, kept one by one: percentiles of them are exact. */
export class Samples {
  #values = new Float64Array(1 << 14);
  #count = 0;

  get count() {
    return this.#count;
  }

  add(ms) {
    if (this.#count === this.#values.length) {
      const larger = new Float64Array(this.#values.length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#count++] = ms;
  }

  /** @returns {{ p50: number | null, p95: number | null, p99: number | null }} null where there is nothing */
  percentiles() {
    const sorted = this.#values.subarray(0, this.#count).sort();
    const at = (share) => (sorted.length === 0 ? null : sorted[Math.ceil(sorted.length * share) - 1]);
    return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
  }
}
