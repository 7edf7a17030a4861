import { afterEach, beforeEach, expect, test } from 'vitest';
import { Machine, openMonitor } from '../../../src/index.ts';
import { diskRom } from '../../support/disk-rom.ts';

let machine: Machine;
let log: string;
beforeEach(() => {
  log = '';
});
afterEach(() => machine.stop());

async function makeMachine(trace?: readonly string[]): Promise<void> {
  const drives = [new Uint8Array(4096)].map((image) => ({ image }));
  machine = await Machine.create({ memory: '2M', boot: { bios: diskRom }, drives, ...(trace && { trace }) });
  machine.guestLog.on('data', (bytes) => {
    log += Buffer.from(bytes).toString();
  });
}

async function runToHalt(): Promise<string[]> {
  const halted = new Promise((resolve) => machine.once('halt', resolve));
  await machine.start();
  await halted;
  await machine.pause();
  return log.split('\n').filter((line) => !line.startsWith('cpu_in'));
}

const disk = [
  'blk_co_preadv blk ide0-hd0 offset 0 bytes 512',
  'blk_co_pwritev blk ide0-hd0 offset 512 bytes 512',
  'blk_co_flush blk ide0-hd0',
];

test('a guest that reads and writes its disk is traced to the log', async () => {
  await makeMachine(['blk_co_*', 'cpu_out']);
  const lines = await runToHalt();
  expect(lines.filter((line) => line.startsWith('blk'))).toEqual(disk);
  // Its commands, and the words of the sector.
  expect(lines.filter((line) => line.includes('addr 0x1f7(b)')).map((line) => line.split(' ').at(-1))).toEqual([
    ...['32', '48', '231'],
  ]);
  expect(lines.filter((line) => line.startsWith('cpu_out addr 0x1f0(w)'))).toHaveLength(256);
});

test('the monitor begins and ends it', async () => {
  await makeMachine();
  const monitor = openMonitor(machine);
  expect(await monitor.execute('info trace-events blk_co_f*')).toBe('blk_co_flush : state 0\n');
  expect(await monitor.execute('trace-event blk_co_* on')).toBe('');
  expect(await monitor.execute('trace-event blk_co_flush off')).toBe('');
  expect(await monitor.execute('info trace-events blk_co_p*v')).toBe(
    'blk_co_preadv : state 1\nblk_co_pwritev : state 1\n',
  );
  expect(await monitor.execute('trace-event nix on')).toBe('unknown event "nix"\n');
  expect(await monitor.execute('log nix')).toMatch(/^Log items \(comma separated\):\nnone .*\nin_asm /);
  expect(await monitor.execute('log cpu_reset')).toBe('');
  await machine.reset();
  const lines = await runToHalt();
  expect(lines.filter((line) => line.startsWith('blk'))).toEqual(disk.slice(0, 2));
  expect(lines[0]).toBe('CPU Reset (CPU 0)');
  log = '';
  expect(await monitor.execute('log none')).toBe('');
  await machine.reset();
  expect(log).toBe('');
});

test('a pattern that names nothing is refused', async () => {
  await makeMachine();
  await expect(Machine.create({ boot: { demo: true }, trace: ['nix'] })).rejects.toThrow(
    "no trace event 'nix'; there are cpu_in",
  );
});
