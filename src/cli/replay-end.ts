import type { Machine } from '../index.ts';
import type { Settings } from './settings.ts';

/** Tells where a recording ends; a program that no debugger is at leaves then. */
export function reportReplayEnd(
  machine: Machine,
  { gdb }: Settings,
  note: (text: string) => void,
  leave: () => void,
): void {
  machine.on('debug', async (stop) => {
    if (stop.reason !== 'recording' || stop.at !== 'end') return;
    const { instructions } = await machine.metrics();
    note(`rawiron: the recording ends here, after ${instructions} instructions`);
    if (gdb === undefined) leave();
  });
}
