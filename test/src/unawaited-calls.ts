/**
 * A program that asks a machine for things and ends it without waiting for any of them: `node unawaited-calls.ts CLASS CALL`. An unhandled
 * rejection ends it with the code 1, as it ends every program.
 */
import { Machine } from '../../src/index.ts';
import { V86 } from '../../src/node/v86.ts';
import { talkingFloppy } from '../support/v86/floppy.ts';
import { calls } from './unawaited.ts';

const [, , name, call] = process.argv as [string, string, keyof typeof calls, string];
const snapshot = async () => {
  await using machine = await Machine.create({ memory: 16, boot: { demo: true } });
  return await machine.snapshot();
};
if (name === 'Machine') {
  const drives = [{ interface: 'floppy', image: talkingFloppy(), format: 'raw' }] as const;
  const state = call === 'load' ? await snapshot() : new Uint8Array();
  const machine = await Machine.create({ memory: 16, boot: { demo: true }, drives });
  await machine.start();
  void calls.Machine[call]!(machine, state);
  void machine.stop();
} else {
  const emulator = new V86({ memory_size: 4 << 20, vga_memory_size: 2 << 20, fda: { buffer: talkingFloppy() } });
  if (name === 'V86') await emulator.run();
  void calls.V86[call]!(emulator);
  void emulator.destroy();
}
