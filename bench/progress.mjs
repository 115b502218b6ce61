/** Says how far the benchmark is: on one line that is written over on a terminal, else line by line. */
export class Progress {
  #stream;
  #total;
  #done = 0;

  /**
   * @param {import('node:tty').WriteStream} stream
   * @param {number} total How many steps there will be.
   */
  constructor(stream, total) {
    this.#stream = stream;
    this.#total = total;
  }

  /** Begins a step. @param {string} what */
  step(what) {
    this.#done += 1;
    this.show(`${this.#done}/${this.#total} ${what}`);
  }

  /** Counts steps that will not be taken. @param {number} steps */
  skip(steps) {
    this.#done += steps;
  }

  /** Says something that is no step. @param {string} what */
  show(what) {
    const text = `bench: ${what}`;
    if (!this.#stream.isTTY) {
      this.#stream.write(`${text}\n`);
      return;
    }
    this.clear();
    this.#stream.write(text.slice(0, this.#stream.columns || 80));
  }

  /** Takes the line away, so that something else can be printed. */
  clear() {
    if (!this.#stream.isTTY) return;
    this.#stream.cursorTo(0);
    this.#stream.clearLine(0);
  }
}
