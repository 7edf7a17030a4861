/**
 * Runs a machine of this project's library, in its worker, with COM1 on standard input and output. The options are the
 * first argument, as JSON. Every message of the parent process is answered with the machine's counters (counters.ts).
 */
import { type EngineName, Machine } from '../../src/index.ts';
import type { Counters, CountersRequest } from './counters.ts';
import type { Start } from './engine.ts';

export interface RawironOptions extends Start {
  readonly engine: EngineName;
  /** Counts instructions and takes time from them: 2 to this power nanoseconds each. */
  readonly icountShift?: number;
}

const options: RawironOptions = JSON.parse(process.argv[2]);
const { kernel, initrd, append, memoryMegabytes, engine, icountShift, disks = [], cards = [] } = options;
const machine = await Machine.create({
  engine,
  memory: memoryMegabytes,
  boot: { kernel, initrd, append },
  drives: disks.map(({ path, ...disk }) => ({ image: path, ...disk })),
  network: cards.map(({ model, mac, net }) => ({ card: model, mac, backend: { type: 'user', net: `${net}.0/24` } })),
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
