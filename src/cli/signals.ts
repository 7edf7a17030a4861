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

/** Signals that ask for an end, of which the third request is one. */
const requests = ['SIGINT', 'SIGQUIT', 'SIGTERM'] as const;
const others = ['SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGCONT'] as const;
/** As many as Docker's client takes. */
const MOST_REQUESTS = 3;
/** Milliseconds that are left to who gets SIGHUP: whoever could send more has gone. */
const HANG_UP_GRACE = 10_000;

/** Takes signals of this process. */
export interface SignalReceiver {
  /** Gets each of them. */
  pass(signal: NodeJS.Signals): void;
  /** The next request is the last one that is passed. */
  warn(): void;
  /** Has to end now. */
  end(): void;
}

/** Passes signals on, and ends who does not heed them: at the third request for an end, and ten seconds after a hangup. */
export function passSignals(receiver: SignalReceiver): Disposable {
  const cleanUp = new DisposableStack();
  let count = 0;
  let last = -Infinity;
  const on = (signal: NodeJS.Signals, act: () => void): void => {
    process.on(signal, act);
    cleanUp.defer(() => process.off(signal, act));
  };
  for (const signal of requests)
    on(signal, () => {
      const time = performance.now();
      if (time - last < SAME_REQUEST) return;
      last = time;
      count++;
      if (count >= MOST_REQUESTS) return receiver.end();
      receiver.pass(signal);
      if (count === MOST_REQUESTS - 1) receiver.warn();
    });
  for (const signal of others) on(signal, () => receiver.pass(signal));
  on('SIGHUP', () => {
    const timer = setTimeout(() => receiver.end(), HANG_UP_GRACE);
    cleanUp.defer(() => clearTimeout(timer));
  });
  return cleanUp;
}
