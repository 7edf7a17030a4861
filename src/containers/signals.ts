import { checkString } from '../util/checks.ts';
import { ConfigurationError } from '../util/errors.ts';

/** Linux's signals (signal(7)); numbers are taken, too. */
const names = new Set(
  (
    'HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU ' +
    'URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS'
  ).split(' '),
);
const MOST = 64;

/**
 * A signal as the guest's `kill` takes it, from a name such as "TERM" or "SIGTERM", or its number as a text.
 * @throws ConfigurationError if it is none
 */
export function signalName(signal: string): string {
  checkString('the signal', signal);
  const name = signal.replace(/^SIG/, '');
  const isNumber = /^[1-9]\d?$/.test(name) && Number(name) <= MOST;
  if (isNumber || names.has(name)) return name;
  throw new ConfigurationError(
    `'${signal}' is no signal; give a name such as TERM or SIGTERM, or a number from 1 to ${MOST}`,
  );
}
