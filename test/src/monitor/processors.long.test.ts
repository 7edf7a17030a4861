import { afterAll, beforeAll, expect, test } from 'vitest';
import { Machine, type Monitor, openMonitor } from '../../../src/index.ts';
import { haltingPair, labelAt, OWN_LINEAR, ownPhysical } from '../../support/two-processors.ts';

let machine: Machine;
let monitor: Monitor;
const written = new Map<string, Buffer>();

beforeAll(async () => {
  machine = await Machine.create({ memory: 16, processors: 2, boot: { bios: haltingPair.bytes } });
  const halted = new Promise((resolve) => machine.once('halt', resolve));
  await machine.start();
  await halted;
});
afterAll(() => machine.stop());

/** The answers of a monitor of its own to these lines. */
async function answers(...lines: string[]): Promise<string> {
  monitor = openMonitor(machine);
  let text = '';
  for (const line of lines) text += await monitor.execute(line);
  return text;
}

const pid = process.pid;
const own = OWN_LINEAR.toString(16);

/** Texts are those of QEMU 7.2. */
test.each([
  [['info cpus'], `* CPU #0: thread_id=${pid}\n  CPU #1: thread_id=${pid}\n`],
  [['cpu 1', 'info cpus'], `  CPU #0: thread_id=${pid}\n* CPU #1: thread_id=${pid}\n`],
  [['cpu 2'], 'invalid CPU index\n'],
  [['print $ebx', 'cpu 1', 'print $ebx', 'cpu 0', 'print $ebx'], '0x11111111\n0x22222222\n0x11111111\n'],
  [[`x /1xw 0x${own}`, 'cpu 1', `x /1xw 0x${own}`], `00${own}: 0x11111111\n00${own}: 0x22222222\n`],
  [
    [`gva2gpa 0x${own}`, 'cpu 1', `gva2gpa 0x${own}`],
    `gpa: 0x${ownPhysical.first.toString(16)}\ngpa: 0x${ownPhysical.second.toString(16)}\n`,
  ],
  [['info registers 2'], 'CPU#2 not available\n'],
  [['info lapic 2'], 'No CPU available\n'],
])('%j', async (lines, text) => {
  expect(await answers(...lines)).toBe(text);
});

test('info tlb has the pages of the processor that is chosen', async () => {
  const first = await answers('info tlb');
  const second = await answers('cpu 1', 'info tlb');
  const line = (physical: number) => new RegExp(`^${own.padStart(16, '0')}: 0*${physical.toString(16)} `, 'm');
  expect(first).toMatch(line(ownPhysical.first));
  expect(second).toMatch(line(ownPhysical.second));
  expect(await answers('cpu 1', 'info mem')).toContain('0000000000000000-0000000000800000');
});

test('info registers has those of the one that is chosen or named, with -a of all', async () => {
  const [zero, one] = [await answers('info registers'), await answers('cpu 1', 'info registers')];
  expect(zero).toMatch(/^\nCPU#0\nEAX=00000000 EBX=11111111[\s\S]* HLT=1\n/);
  expect(one).toMatch(/^\nCPU#1\nEAX=00000000 EBX=22222222[\s\S]* HLT=1\n/);
  expect(zero).toContain(`CR3=00010000`);
  expect(one).toContain(`CR3=00011000`);
  expect(await answers('info registers 1')).toBe(one);
  expect(await answers('cpu 1', 'info registers -a')).toBe(zero + one);
});

test('info lapic has that of the one that is chosen, or of the number', async () => {
  const [zero, one] = [await answers('info lapic'), await answers('cpu 1', 'info lapic')];
  expect(zero).toMatch(/^dumping local APIC state for CPU 0 \n[\s\S]*LVT0\t 0x00000700[\s\S]*APIC enabled/);
  expect(zero).toContain('ICR\t 0x000c46f1 physical edge assert all\n');
  expect(one).toMatch(/^dumping local APIC state for CPU 1 \n[\s\S]*LVT0\t 0x00010000[\s\S]*APIC disabled/);
  expect(await answers('info lapic 1')).toBe(one);
  expect(await answers('cpu 1', 'info lapic 0')).toBe(zero);
});

test('memsave saves what the one that is chosen sees', async () => {
  const { Monitor } = await import('../../../src/monitor/monitor.ts');
  const saving = new Monitor(machine, {
    version: '1',
    processId: 1,
    quit: () => {},
    writeFile: async (path, pieces) => {
      const parts: Uint8Array[] = [];
      for await (const piece of pieces) parts.push(piece);
      written.set(path, Buffer.concat(parts));
    },
  });
  for (const line of [`memsave 0x${own} 4 a`, 'cpu 1', `memsave 0x${own} 4 b`])
    expect(await saving.execute(line)).toBe('');
  expect([...written.values()].map((bytes) => bytes.readUInt32LE().toString(16))).toEqual(['11111111', '22222222']);
});

test('who looks changes nothing: both stand where they have halted', async () => {
  await answers('info registers -a', 'cpu 1', 'info tlb', 'info lapic');
  const places = [];
  for (const n of [0, 1]) places.push((await machine.processor(n).examine('registers')).eip);
  const after = ['past', 'beyond'].map((label) => labelAt(haltingPair, label));
  expect(places).toEqual(after);
  expect(machine.processors).toBe(2);
});

test('processors that nobody has started wait, halted', async () => {
  await using waiting = await Machine.create({ memory: 16, processors: 2, boot: { bios: haltingPair.bytes } });
  const text = await openMonitor(waiting).execute('info registers -a');
  expect(text.match(/HLT=\d/g)).toEqual(['HLT=0', 'HLT=1']);
});

/** As QEMU 7.2 has it with -smp 4,sockets=2,cores=1,threads=2. */
test('info hotpluggable-cpus has the place of each, the last one first', async () => {
  const topology = { sockets: 2, cores: 1, threads: 2 };
  await using four = await Machine.create({ memory: 16, processors: topology, boot: { bios: haltingPair.bytes } });
  const text = await openMonitor(four).execute('info hotpluggable-cpus');
  expect(text.match(/device\[\d\]/g)).toEqual(['device[4]', 'device[3]', 'device[2]', 'device[0]']);
  expect(text).toMatch(/^Hotpluggable CPUs:\n {2}type: "max-i386-cpu"\n/);
  const places = [...text.matchAll(/socket-id: "(\d)"\s+core-id: "(\d)"\s+thread-id: "(\d)"/g)].map((match) =>
    match.slice(1).join(''),
  );
  expect(places).toEqual(['101', '100', '001', '000']);
});
