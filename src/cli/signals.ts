/** As a shell has it of a program that a signal ends: 128 and the signal's number. */
const exitCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Milliseconds in which the same signal again is the same request: what a terminal or a supervisor sends to a whole process
 * group comes to this program itself, and by the launcher (bin/rawiron.cjs), too.
 */
const SAME_REQUEST = 500;

/** The first signal asks to leave in good order, with this exit code; a second one ends the program at once. */
export function onSignals(leave: (exitCode: number) => void): Disposable {
  let first: { readonly exitCode: number; readonly time: number } | undefined;
  const act = (exitCode: number) => {
    const time = performance.now();
    if (first === undefined) {
      first = { exitCode, time };
      leave(exitCode);
    } else if (exitCode !== first.exitCode || time - first.time >= SAME_REQUEST) process.exit(exitCode);
  };
  const handlers = Object.entries(exitCodes).map(([signal, exitCode]) => [signal, () => act(exitCode)] as const);
  for (const [signal, handler] of handlers) process.on(signal, handler);
  return {
    [Symbol.dispose]() {
      for (const [signal, handler] of handlers) process.off(signal, handler);
    },
  };
}
