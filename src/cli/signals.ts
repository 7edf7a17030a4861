/** As a shell has it of a program that a signal ends: 128 and the signal's number. */
const exitCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Milliseconds in which the same signal again is the same request: what a terminal or a supervisor sends to a whole process
 * group comes to this program itself, and by the launcher (bin/rawiron.cjs), too.
 */
const SAME_REQUEST = 500;

/** Tells whether a signal is the same request as the one of that name before it. */
function repetitions(): (signal: NodeJS.Signals) => boolean {
  const requests = new Map<NodeJS.Signals, number>();
  return (signal) => {
    const time = performance.now();
    if (time - (requests.get(signal) ?? -Infinity) < SAME_REQUEST) return true;
    requests.set(signal, time);
    return false;
  };
}

/** Has a function called with each of these signals, until the result is disposed of. */
function listen(signals: readonly NodeJS.Signals[], act: (signal: NodeJS.Signals) => void): Disposable {
  const listeners = signals.map((signal) => [signal, () => act(signal)] as const);
  for (const [signal, listener] of listeners) process.on(signal, listener);
  return {
    [Symbol.dispose]() {
      for (const [signal, listener] of listeners) process.off(signal, listener);
    },
  };
}

/** The first signal asks to leave in good order, with this exit code; a second one ends the program at once. */
export function onSignals(leave: (exitCode: number) => void): Disposable {
  const isRepeated = repetitions();
  let isLeaving = false;
  return listen(Object.keys(exitCodes) as NodeJS.Signals[], (signal) => {
    if (isRepeated(signal)) return;
    const exitCode = exitCodes[signal as keyof typeof exitCodes];
    if (isLeaving) return process.exit(exitCode);
    isLeaving = true;
    leave(exitCode);
  });
}

/** Signals that ask for an end. */
const requests: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT', 'SIGTERM'];
const others: readonly NodeJS.Signals[] = ['SIGUSR1', 'SIGUSR2', 'SIGCONT'];
/** As many as Docker's client takes; the last one is not passed on. */
const MOST_REQUESTS = 3;
/** Milliseconds that a receiver has after SIGHUP: nobody is left who could send another signal. */
const HANG_UP_GRACE = 10_000;

/** Takes signals of this process. */
export interface SignalReceiver {
  /** Gets each of them. */
  pass(signal: NodeJS.Signals): void;
  /** The next request is the last one. */
  warn(): void;
  /** Has to end now. */
  end(): void;
}

/**
 * Passes signals on, and ends a receiver that does not heed them: at the third request for an end, and ten seconds after a
 * hangup.
 */
export function passSignals(receiver: SignalReceiver): Disposable {
  const isRepeated = repetitions();
  let count = 0;
  let timer: NodeJS.Timeout | undefined;
  const listeners = [
    listen(others, (signal) => receiver.pass(signal)),
    listen(requests, (signal) => {
      if (isRepeated(signal)) return;
      count++;
      if (count >= MOST_REQUESTS) return receiver.end();
      receiver.pass(signal);
      if (count === MOST_REQUESTS - 1) receiver.warn();
    }),
    listen(['SIGHUP'], (signal) => {
      if (isRepeated(signal)) return;
      receiver.pass(signal);
      timer ??= setTimeout(() => receiver.end(), HANG_UP_GRACE);
    }),
  ];
  return {
    [Symbol.dispose]() {
      for (const one of listeners) one[Symbol.dispose]();
      clearTimeout(timer);
    },
  };
}
