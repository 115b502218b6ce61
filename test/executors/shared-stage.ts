/** What a stage's cells count. */
const cell = { entered: 0, running: 1, peak: 2, released: 3 } as const;

/**
 * Shared memory in which an endpoint, in whichever thread it lives, tells a test what it does, and
 * is told to go on: no message is needed, so it works while either side is busy.
 */
export class SharedStage {
  /** Crosses threads as it is: hand it to the endpoint's constructor. */
  readonly memory: SharedArrayBuffer;
  readonly #cells: Int32Array;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(16)) {
    this.memory = memory;
    this.#cells = new Int32Array(memory);
  }

  /** How many methods have begun. */
  get entered(): number {
    return this.#read(cell.entered);
  }

  /** How many methods run now. */
  get running(): number {
    return this.#read(cell.running);
  }

  /** How many methods ran at once, at the most. */
  get peak(): number {
    return this.#read(cell.peak);
  }

  /** A method has begun. */
  enter(): void {
    const running = Atomics.add(this.#cells, cell.running, 1) + 1;
    for (let peak = this.peak; running > peak; peak = this.peak) {
      Atomics.compareExchange(this.#cells, cell.peak, peak, running);
    }
    this.#add(cell.entered, 1);
  }

  /** A method has ended. */
  leave(): void {
    this.#add(cell.running, -1);
  }

  /** Lets so many methods go that are held, or will be. */
  release(count = 1): void {
    this.#add(cell.released, count);
  }

  /** Waits until so many methods have begun in all. */
  async untilEntered(count: number): Promise<void> {
    for (let seen = this.entered; seen < count; seen = this.entered) {
      await this.#change(cell.entered, seen);
    }
  }

  /** Waits for a {@link release}, and lets the thread do other things meanwhile. */
  async hold(): Promise<void> {
    for (let seen = this.#take(); seen !== undefined; seen = this.#take()) {
      await this.#change(cell.released, seen);
    }
  }

  /** Waits for a {@link release}, and keeps the thread, as a method does that computes. */
  block(): void {
    for (let seen = this.#take(); seen !== undefined; seen = this.#take()) {
      Atomics.wait(this.#cells, cell.released, seen);
    }
  }

  /** Forgets all that was counted; nothing may run. */
  reset(): void {
    this.#cells.fill(0);
  }

  /** Takes one release; when there is none, the value to wait on. */
  #take(): number | undefined {
    for (;;) {
      const released = this.#read(cell.released);
      if (released <= 0) return released;
      const before = Atomics.compareExchange(this.#cells, cell.released, released, released - 1);
      if (before === released) return undefined;
    }
  }

  #read(index: number): number {
    return Atomics.load(this.#cells, index);
  }

  #add(index: number, value: number): void {
    Atomics.add(this.#cells, index, value);
    Atomics.notify(this.#cells, index);
  }

  async #change(index: number, seen: number): Promise<void> {
    await waitAsync(this.#cells, index, seen).value;
  }
}

type WaitAsync = (cells: Int32Array, index: number, seen: number) => { value: unknown };

/** Node 20 has it; the types of ES2023 do not. */
const waitAsync: WaitAsync = Reflect.get(Atomics, 'waitAsync');
