/** Something went wrong that the reader can act on: one clear line, and what the program concerned had to say. */
export class Failure extends Error {
  /**
   * @param {string} message
   * @param {string} [output] the last lines of a log
   */
  constructor(message, output = '') {
    super(message);
    this.output = output;
  }
}
