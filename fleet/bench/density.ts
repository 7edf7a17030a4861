/**
 * How many Linux guests of 128 MB fit into some memory of this computer, in one process, as a host has them. Machines are made from one snapshot until
 * the memory is taken.
 *
 *     node --conditions=rawiron-source fleet/bench/density.ts [MEGABYTES [idle|busy [plain|merge|balloon [SLACK]]]]
 *
 * busy: each guest writes and reads files of 8 MB, and compresses them, without end. merge: equal pages are kept once (KSM, which this computer must run:
 * `echo 1 >/sys/kernel/mm/ksm/run`). balloon: the guests give up what they do not use. SLACK: milliseconds by which timers may wake them late.
 */
import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { Machine } from 'rawiron';
import { linuxModules } from '../../test/support/linux-modules.ts';
import { findLinux, LinuxShell } from '../../test/support/linux-shell.ts';

const [megabytes = '16384', load = 'idle', means = 'plain', slack = '0'] = process.argv.slice(2);
const MEGABYTE = 1 << 20;
/** Milliseconds between two machines, and before the last look: for the kernel's thread that looks for equal pages. */
const [PAUSE, SETTLE] = [1000, 60_000];
const BUSY =
  '( while :; do dd if=/dev/urandom of=/busy bs=64k count=128; gzip -c /busy | wc -c; done >/dev/null 2>&1 & )';

/** Megabytes of memory that this process takes: a page that is there several times, but kept once, counts once. */
async function taken(): Promise<number> {
  const [, kilobytes] = /^Pss: +(\d+)/m.exec(await readFile('/proc/self/smaps_rollup', 'utf8'))!;
  return Number(kilobytes) / 1024;
}

async function snapshotOfLinux(): Promise<Uint8Array> {
  const found = await findLinux();
  if (typeof found === 'string') throw new Error(found);
  const modules = await linuxModules(found.modules, 'virtio_pci', 'virtio_balloon');
  const linux = { ...found, initrd: (more: typeof modules = []) => found.initrd([...modules, ...more]) };
  const shell = await LinuxShell.boot(linux, 'translator', 'cryptomgr.notests', { balloon: true });
  if (load === 'busy') await shell.run(BUSY);
  await shell.machine.pause();
  const snapshot = await shell.machine.snapshot();
  await shell.machine.stop();
  return snapshot;
}

/** Percent of one processor that this process takes while `time` milliseconds pass. */
async function processorTaken(time: number): Promise<number> {
  const before = process.cpuUsage();
  const start = performance.now();
  await wait(time);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 10 / (performance.now() - start);
}

async function shrink({ balloon }: Machine): Promise<void> {
  const { available } = await balloon!.statistics();
  const used = balloon!.total - available!;
  balloon!.setMemory(`${Math.ceil((used + 16 * MEGABYTE + balloon!.total / 10) / 1024)}K`);
}

const snapshot = await snapshotOfLinux();
const before = await taken();
const machines: Machine[] = [];
while ((await taken()) - before < Number(megabytes) && machines.length < 1000) {
  const machine = await Machine.restore(snapshot, {
    memoryMerge: means === 'merge',
    limits: { slack: Number(slack) },
  });
  await machine.start();
  machines.push(machine);
  const processor = await processorTaken(PAUSE);
  if (means === 'balloon') await shrink(machine);
  if (machines.length % 10 === 0)
    console.log(
      `${machines.length}: ${Math.round((await taken()) - before)} MB, ${Math.round(processor)} % of a processor`,
    );
}
const processor = await processorTaken(SETTLE);
const sum = (await taken()) - before;
console.log(
  `${machines.length} ${load} guests, ${means}: ${Math.round(sum)} MB, ${(sum / machines.length).toFixed(1)} each; ${(processor / machines.length).toFixed(1)} % of a processor each`,
);
await Promise.all(machines.map((machine) => machine.stop()));
