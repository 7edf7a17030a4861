import { earlyWorker } from '../node/threads/early-worker.ts';
import { startKeptWorker } from '../node/threads/kept-worker.ts';
import { url } from '../node/threads/machine-thread.mjs';
import { isParsedCommand } from './commands.ts';

/** Flags that tell something instead, have the machine elsewhere, or give its thread a name. */
const otherFlags = /^--?(h|help|version|daemonize|isolate|name)$/;

/**
 * Whether a command line most likely runs a machine in a thread without a name of its own. This is asked before the command line is
 * understood, so that the thread starts early: a wrong answer costs only time.
 */
export function likelyRunsMachine(args: readonly string[]): boolean {
  const isOther = (word: string) => otherFlags.test(word) || word === 'help';
  const [first, second] = args;
  if (first === undefined || args.some(isOther)) return false;
  return first === 'container' ? second === 'run' : !isParsedCommand(first);
}

/** Starts the thread of the machine that is to come. Where there can be none the library says so when it needs one. */
export function startMachineThread(): void {
  try {
    earlyWorker.start(() => startKeptWorker(url));
  } catch {
    // Nothing is lost but time.
  }
}
