/** Does what clients do who are told to try again: on a busy machine fifty at once may wait too long for one lock. */
export async function untilAvailable<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'unavailable') throw error;
    }
  }
}
