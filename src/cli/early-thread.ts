import { earlyWorker } from '../node/early-worker.ts';
import { startKeptWorker } from '../node/kept-worker.ts';
import { url } from '../node/machine-thread.mjs';

/** First words of commands that run no machine in this process, or not before they have found out more. */
const otherCommands: ReadonlySet<string> = new Set([
  'completion',
  'debian',
  'help',
  'image',
  'inspect',
  'pack',
  'profile',
  'ps',
]);
/** Flags that tell something instead, have the machine elsewhere, or give its thread a name. */
const otherFlags = /^--?(h|help|version|daemonize|isolate|name)$/;

/**
 * Whether a command line most likely runs a machine in a thread without a name of its own. This is asked before the command line is
 * understood, so that the thread starts early: a wrong answer costs only time.
 */
export function likelyRunsMachine(args: readonly string[]): boolean {
  const isOther = (word: string) => otherFlags.test(word) || word === 'help';
  return args.length > 0 && !otherCommands.has(args[0]!) && !args.some(isOther);
}

/** Starts the thread of the machine that is to come. Where there can be none the library says so when it needs one. */
export function startMachineThread(): void {
  try {
    earlyWorker.start(() => startKeptWorker(url));
  } catch {
    // Nothing is lost but time.
  }
}
