/** Says how far the demo is: on one line that is written over on a terminal, else line by line. */
export class Progress {
  #stream;
  #step = '';

  /** @param {import('node:tty').WriteStream} stream */
  constructor(stream) {
    this.#stream = stream;
  }

  /** Begins a step. @param {string} name */
  step(name) {
    this.#step = name;
    this.show('starting');
  }

  /** Says what the step is doing. @param {string} what */
  show(what) {
    const text = `demo: ${this.#step}: ${what}`;
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
