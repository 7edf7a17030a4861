import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Assembly } from '../../../runtime/firmware/assembler/index.ts';
import { Machine, openQmp, type Qmp } from '../../../src/index.ts';
import { Nmi } from '../../../translator/abi/state.ts';
import { counts, haltingPair, haltsAfterSecond, twoProcessorRom } from '../../support/two-processors.ts';

let machine: Machine;
let qmp: Qmp;

beforeAll(async () => {
  const processors = { sockets: 2, cores: 1, threads: 2 };
  machine = await Machine.create({ memory: 16, processors, boot: { bios: haltingPair.bytes } });
  qmp = openQmp(machine);
});
afterAll(() => machine.stop());

/** The answer of QEMU 7.2 with -smp 4,sockets=2,cores=1,threads=2, without the threads and the model. */
const places = [
  { 'core-id': 0, 'thread-id': 0, 'socket-id': 0 },
  { 'core-id': 0, 'thread-id': 1, 'socket-id': 0 },
  { 'core-id': 0, 'thread-id': 0, 'socket-id': 1 },
  { 'core-id': 0, 'thread-id': 1, 'socket-id': 1 },
];
const paths = [0, 2, 3, 4].map((n) => `/machine/unattached/device[${n}]`);

test('query-cpus-fast', async () => {
  expect(await qmp.execute('query-cpus-fast')).toEqual(
    places.map((props, n) => ({
      ...{ 'thread-id': process.pid, props, 'qom-path': paths[n], 'cpu-index': n, target: 'i386' },
    })),
  );
});

test('query-hotpluggable-cpus has the last one first', async () => {
  const all = places.map((props, n) => ({ props, 'vcpus-count': 1, 'qom-path': paths[n], type: 'max-i386-cpu' }));
  expect(await qmp.execute('query-hotpluggable-cpus')).toEqual(all.toReversed());
});

test('query-machines has the most that there can be', async () => {
  expect(await qmp.execute('query-machines')).toMatchObject([{ 'cpu-max': 32 }]);
});

const command = (line: string, more = {}) => qmp.execute('human-monitor-command', { 'command-line': line, ...more });

test('human-monitor-command is about the one that is named, for the line alone', async () => {
  const chosen = (text: unknown) => String(text).match(/\* CPU #(\d)/)?.[1];
  expect(chosen(await command('info cpus', { 'cpu-index': 3 }))).toBe('3');
  expect(chosen(await command('info cpus'))).toBe('0');
  expect(await command('cpu 1')).toBe('');
  expect(chosen(await command('info cpus'))).toBe('0');
});

test.each([4, -1])('cpu-index %i is none', async (index) => {
  const error = "Parameter 'cpu-index' expects a CPU number";
  await expect(command('info cpus', { 'cpu-index': index })).rejects.toThrow(error);
  const saved = { val: 0, size: 1, filename: '/dev/null', 'cpu-index': index };
  await expect(qmp.execute('memsave', saved)).rejects.toThrow(error);
});

test('inject-nmi is for the first one, and for others whose LINT1 the guest has set up for it', async () => {
  const second = `
        mov     dword [0xFEE000F0], 0x1FF
        mov     dword [0xFEE00360], 0x400
        mov     dword [${counts.second}], 1
        hlt
`;
  const pending = async (programs: Assembly) => {
    await using pair = await Machine.create({ memory: 16, processors: 2, boot: { bios: programs.bytes } });
    const halted = new Promise((resolve) => pair.once('halt', resolve));
    await pair.start();
    await halted;
    await pair.pause();
    await openQmp(pair).execute('inject-nmi');
    const states = [await pair.examine('stateOf', 'cpu'), await pair.examine('stateOf', 'cpu 1')];
    return states.map((state) => (state as { readonly nmi: number }).nmi);
  };
  const masked = await pending(haltingPair);
  expect(masked).toEqual([Nmi.pending, 0]);
  expect(await pending(twoProcessorRom(haltsAfterSecond, second))).toEqual([Nmi.pending, Nmi.pending]);
});
