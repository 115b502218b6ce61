/** What a host may inherit of the process's options; those about the program's own text it may not. */
export function inheritedExecArgv(execArgv: readonly string[]): string[] {
  const own = /^(-e|-p|-pe|--eval|--print|--input-type)(=|$)/;
  return execArgv.filter((option, index) => {
    const takesNext = /^(-e|-p|-pe|--eval|--print)$/.test(execArgv[index - 1] ?? '');
    return !own.test(option) && !takesNext;
  });
}
