import { methods } from './methods.mjs';

/** Loaded where methods run: in the server's main thread, in a worker thread or in a child process. */
export class Bench {
  static target = {};

  echo(_context, args) {
    return methods.echo(args);
  }

  work(_context, args) {
    return methods.work(args);
  }

  note() {
    return methods.note();
  }

  notes() {
    return methods.notes();
  }

  hold(_context, args) {
    return methods.hold(args);
  }
}
