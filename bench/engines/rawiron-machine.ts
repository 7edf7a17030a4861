/**
 * Runs a machine of this project's library, in its worker, with COM1 on standard input and output. The options are the
 * first argument, as JSON. Every message of the parent process is answered with the machine's counters (counters.ts).
 */
import { Machine, type MachineOptions } from '../../src/index.ts';
import type { Counters, CountersRequest } from './counters.ts';
import type { FloppyStart, Start } from './engine.ts';

export type RawironOptions = (Start | FloppyStart) & Settings;

interface Settings {
  readonly engine: 'interpreter' | 'translator' | 'wasm';
  /** Counts instructions and takes time from them: 2 to this power nanoseconds each. */
  readonly icountShift?: number;
}

const options: RawironOptions = JSON.parse(process.argv[2]);
const { memoryMegabytes, engine, icountShift } = options;

/** What it boots, and its devices. */
function parts(start: Start | FloppyStart): MachineOptions {
  if ('floppy' in start) return { drives: [{ interface: 'floppy', image: start.floppy }] };
  const { kernel, initrd, append, disks = [], cards = [] } = start;
  return {
    boot: { kernel, initrd, append },
    drives: disks.map(({ path, ...disk }) => ({ image: path, ...disk })),
    network: cards.map(({ model, mac, net }) => ({ card: model, mac, backend: { type: 'user', net: `${net}.0/24` } })),
  };
}

const machine = await Machine.create({
  engine: engine === 'wasm' ? { name: 'translator', target: 'wasm' } : engine,
  memory: memoryMegabytes,
  ...parts(options),
  ...(icountShift !== undefined && { icount: { shift: icountShift } }),
});
machine.serial.on('data', (bytes) => process.stdout.write(bytes));
machine.on('log', (message) => process.stderr.write(`${message}\n`));
process.stdin.on('data', (bytes) => machine.serial.write(bytes));
process.stdin.on('end', () => process.exit(0));
process.on('message', async ({ watch }: CountersRequest) => {
  if (watch !== undefined) await machine.ask('watch', watch);
  const [metrics, stats, exits] = [await machine.metrics(), await machine.ask('stats'), await machine.ask('exits')];
  process.send?.({ metrics, stats, exits } satisfies Counters);
});
await machine.start();
const { reason } = await machine.exited;
process.stderr.write(`the machine has ended: ${reason}\n`);
process.exit(1);
