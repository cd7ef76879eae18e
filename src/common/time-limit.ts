/**
 * @returns what `work` comes to, if it does so in time. It is not stopped otherwise, only waited for no longer.
 * @throws Error after `milliseconds`, saying what took too long.
 */
export async function withinTime<T>(milliseconds: number, what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took longer than ${milliseconds} ms`)), milliseconds);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
