#!/usr/bin/env node
/**
 * Megabytes a second that a Linux guest moves by its drivers for emulated devices, for VMware's, for virtio and for Xen's, here and in QEMU
 * (which has Xen's only with KVM): 64 MB read from a disk past the page cache, and written and flushed; 64 MB from a server of the host's, and to one.
 * A machine for each device and program; they go by turns.
 *
 *     node bench/drivers/main.ts [--runs 3] [--only NAME,NAME] [--without-qemu]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { median } from '../statistics.ts';
import { devices, type MeasuredDevice } from './devices.ts';
import { Guest, type GuestFiles, makeGuest, type Program } from './guest.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '3' },
    only: { type: 'string' },
    'without-qemu': { type: 'boolean', default: false },
  },
});

const rawiron: Program = {
  name: 'rawiron',
  command: process.execPath,
  args: [join(import.meta.dirname, '../../bin/rawiron.cjs')],
};
const qemu: Program = { name: 'qemu', command: 'qemu-system-i386', args: ['-accel', 'tcg'] };
const programs = values['without-qemu'] ? [rawiron] : [rawiron, qemu];

/** Text for two columns. A program whose guest does not find the device, or stands still, has none. */
async function columnsOf(program: Program, device: MeasuredDevice, files: GuestFiles): Promise<string[]> {
  if (program === qemu && device.isOnlyHere) return ['-', '-'];
  try {
    return await figures(program, device, files);
  } catch (error) {
    process.stderr.write(`${program.name}, ${device.name}: ${(error as Error).message}\n`);
    return ['failed', 'failed'];
  }
}

/** Medians of the runs after a first one. */
async function figures(program: Program, device: MeasuredDevice, files: GuestFiles): Promise<string[]> {
  using guest = await Guest.boot(program, device, files);
  await guest.measure();
  const runs: (readonly [number, number])[] = [];
  for (let run = 0; run < Number(values.runs); run++) runs.push(await guest.measure());
  return [median(runs.map(([to]) => to)).toFixed(0), median(runs.map(([, from]) => from)).toFixed(0)];
}

const chosen = values.only?.split(',') ?? devices.map(({ name }) => name);
const folder = await mkdtemp(join(tmpdir(), 'drivers-'));
try {
  const files = await makeGuest(folder);
  const columns = programs.flatMap(({ name }) => [`${name} to`, 'from']);
  console.log(['MB/s'.padEnd(16), ...columns.map((text) => text.padStart(12))].join(''));
  for (const device of devices.filter(({ name }) => chosen.includes(name))) {
    const texts: string[] = [];
    for (const program of programs) texts.push(...(await columnsOf(program, device, files)));
    console.log([device.name.padEnd(16), ...texts.map((text) => text.padStart(12))].join(''));
  }
} finally {
  await rm(folder, { recursive: true });
}
process.exit(0);
