/** What has to be undone at the end, last things first. Undoes at once what is added after the end. */
export class Teardown {
  #undo = [];
  #running = null;

  /** @param {() => unknown} undo */
  add(undo) {
    if (this.#running) this.#running = this.#running.then(() => attempt(undo));
    else this.#undo.push(undo);
  }

  /** Safe to call more than once. */
  run() {
    this.#running ??= this.#runAll();
    return this.#running;
  }

  async #runAll() {
    for (const undo of this.#undo.reverse()) await attempt(undo);
  }
}

/** One thing that can not be undone must not keep the others from being undone. */
async function attempt(undo) {
  try {
    await undo();
  } catch (error) {
    console.error(`While stopping: ${error.message}`);
  }
}
