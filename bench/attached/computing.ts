import { Machine } from '../../src/index.ts';
import { MARK_PORT } from '../display/guest.ts';
import { Rounds } from '../display/rounds.ts';
import { busiestThread, threadTime, threadTimes } from '../display/thread-time.ts';
import { guestDisk } from './guest.ts';

/** Rounds in which its code gets translated, and the BIOS boots. */
const WARM_UP = 10;

/** A machine whose guest computes for ever, but stands still while nobody measures it or looks at it. */
export interface Computing {
  readonly machine: Machine;
  /** Lets it compute so many rounds; milliseconds of its thread's processor time for each. */
  measure(rounds: number): Promise<number>;
}

export async function startComputing(): Promise<Computing> {
  const drives = [{ image: guestDisk(), format: 'raw' as const }];
  const machine = await Machine.create({ memory: 32, drives, debugConsole: { iobase: MARK_PORT } });
  const rounds = new Rounds();
  machine.debugConsole.on('data', (bytes) => rounds.add(bytes.length));
  // What the program took to start is no guest's.
  const before = threadTimes();
  await machine.start();
  await rounds.measure(WARM_UP);
  const thread = busiestThread(before);
  await machine.pause();
  return {
    machine,
    async measure(count) {
      await machine.start();
      const time = await rounds.measureBy(() => threadTime(thread), count);
      await machine.pause();
      return time;
    },
  };
}
