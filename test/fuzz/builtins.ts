const builtins = [
  Object,
  Array,
  Function,
  String,
  Number,
  Boolean,
  Map,
  Set,
  Promise,
  Error,
  Buffer,
];

/** The names of everything on the builtins and their prototypes, to see whether any was added. */
export function namesOnBuiltins(): string {
  return JSON.stringify(
    builtins.flatMap((one) =>
      [one, one.prototype].map((object) => Reflect.ownKeys(object).map(String)),
    ),
  );
}
