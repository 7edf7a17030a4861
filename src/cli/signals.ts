/** As a shell has it of a program that a signal ends: 128 and the signal's number. */
const exitCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** The first signal asks to leave in good order, with this exit code; a second one ends the program at once. */
export function onSignals(leave: (exitCode: number) => void): Disposable {
  let leaving = false;
  const act = (exitCode: number) => {
    if (leaving) process.exit(exitCode);
    leaving = true;
    leave(exitCode);
  };
  const handlers = Object.entries(exitCodes).map(([signal, exitCode]) => [signal, () => act(exitCode)] as const);
  for (const [signal, handler] of handlers) process.on(signal, handler);
  return {
    [Symbol.dispose]() {
      for (const [signal, handler] of handlers) process.off(signal, handler);
    },
  };
}
