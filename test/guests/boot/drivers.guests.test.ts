import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Machine } from '../../../src/index.ts';
import { LinuxShell } from '../../support/linux-shell.ts';
import { boot, cdrom as cdromDrive, floppy as floppyDrive, TIMEOUT, testGuest, type Variant } from './guest.ts';
import { isolinuxCd, missingPrograms } from './media.ts';
import { orReason } from './packages.ts';
import { makeSystem, systemPrograms } from './system.ts';

const folder = await mkdtemp(join(tmpdir(), 'rawiron-drivers-'));
const made = join(folder, 'made.qcow2');
const reason =
  (await missingPrograms(...systemPrograms, 'xorriso')) ??
  (await orReason(async () => {
    await makeSystem(made);
    return undefined;
  }));
afterAll(() => rm(folder, { recursive: true }));

const MEGABYTE = 1 << 20;
const second = join(folder, 'second.img');
const modules = ['sr_mod', 'isofs', 'vfat', 'floppy', 'parport_pc', 'ppdev', 'lp', 'psmouse', 'evdev', 'pcspkr'];
const load = `for module in ${modules.join(' ')}; do busybox modprobe $module || echo $module; done`;
/** Linux names disks in the order in which it is done with them. */
const nameDisks =
  'second=/dev/$(basename $(dirname $(grep -lx 65536 /sys/block/sd*/size))); first=/dev/$(basename $(dirname $(grep -Lx 65536 /sys/block/sd*/size)))';
/** Not of the machine: Linux says so of every PC without a table for this. The others tell how busy the host is. */
const usual = /fail to add MMCONFIG information|hrtimer: interrupt took|hpet: Lost \d+ RTC interrupts/;

const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');

/** A running guest with what is in its drives. */
interface Guest {
  readonly machine: Machine;
  readonly shell: LinuxShell;
  readonly disk: Uint8Array;
  readonly cd: Uint8Array;
  readonly floppy: Uint8Array;
}

async function bootGuest(variant: Variant): Promise<Guest> {
  const [disk, floppy] = [randomBytes(32 * MEGABYTE), randomBytes(1440 * 1024)];
  await writeFile(second, disk);
  const cd = await isolinuxCd({ 'isolinux.bin': randomBytes(4096) }, '', { 'random.bin': randomBytes(5 * MEGABYTE) });
  const drives = [
    { image: made, snapshot: true },
    { image: second, format: 'raw' as const },
  ];
  const media = [cdromDrive(cd), floppyDrive(floppy)];
  const machine = await boot(variant, [...drives, ...media], { memory: 128, bootOrder: { order: 'c' } });
  return { machine, shell: await LinuxShell.login(machine), disk, cd, floppy };
}

/** The checksum of what a command writes. */
async function sumOf({ shell }: Guest, command: string): Promise<string> {
  return (await shell.run(`${command} 2> /dev/null | md5sum`)).slice(0, 32);
}

async function testDisk(guest: Guest): Promise<void> {
  const { shell, disk } = guest;
  expect(await shell.run('cat /sys/class/ata_device/dev1.0/dma_mode')).toBe('XFER_MW_DMA_2');
  expect(await sumOf(guest, 'dd if=$second bs=1M iflag=direct')).toBe(md5(disk));
  await shell.run('dd if=/dev/urandom of=/tmp/data bs=1M count=8');
  await shell.run('dd if=/tmp/data of=$second bs=64k seek=16 oflag=direct conv=fsync');
  const sum = await sumOf(guest, 'cat /tmp/data');
  expect(await sumOf(guest, 'dd if=$second bs=64k skip=16 count=128 iflag=direct')).toBe(sum);
  expect(md5((await readFile(second)).subarray(MEGABYTE, 9 * MEGABYTE))).toBe(sum);
}

async function testFloppy(guest: Guest): Promise<void> {
  expect(await sumOf(guest, 'cat /dev/fd0')).toBe(md5(guest.floppy));
  await guest.shell.run('dd if=$second of=/dev/fd0 bs=18k count=8 oflag=direct');
  const sum = await sumOf(guest, 'dd if=$second bs=18k count=8');
  expect(await sumOf(guest, 'dd if=/dev/fd0 bs=18k count=8 iflag=direct')).toBe(sum);
}

async function testCd(guest: Guest): Promise<void> {
  expect(await sumOf(guest, 'cat /dev/sr0')).toBe(md5(guest.cd));
  const files = await guest.shell.run('mount -t iso9660 -o ro /dev/sr0 /mnt && ls -1 /mnt && umount /mnt');
  expect(files).toBe('isolinux\nrandom.bin');
}

async function testClocks({ shell }: Guest): Promise<void> {
  expect(await shell.run('cat /sys/class/rtc/rtc0/name')).toMatch(/^rtc_cmos /);
  await shell.run('hwclock --set --utc --date "2030-01-02 03:04:05"');
  // It waits for the next tick, by interrupts.
  expect(await shell.run('hwclock --show --utc')).toMatch(/^2030-01-02 03:/);
}

/** Linux keeps its time by the HPET's counter. */
async function testHpet({ shell }: Guest): Promise<void> {
  const source = '/sys/devices/system/clocksource/clocksource0/current_clocksource';
  expect(await shell.run(`echo hpet > ${source}; cat ${source}`)).toBe('hpet');
  const uptimes = await shell.run('cat /proc/uptime; sleep 1; cat /proc/uptime');
  const [before, after] = uptimes.split('\n').map(Number.parseFloat);
  expect(after! - before!).toBeGreaterThanOrEqual(1);
  expect(after! - before!).toBeLessThan(60);
}

/** Printed bytes arrive, and the data register returns its contents: with and without an interrupt of the port. */
async function testParallel({ shell, machine }: Guest): Promise<void> {
  expect(await shell.run('dmesg | grep parport0:')).toMatch(/parport0: PC-style at 0x378/);
  const printed = machine.parallel.expect(/a line on paper/, { timeout: TIMEOUT });
  await shell.run('test -c /dev/lp0 && echo "a line on paper" > /dev/lp0');
  await printed;
  const data = `/dev/port bs=1 count=1`;
  const loop = `for byte in U '*'; do printf $byte | dd of=${data} seek=888; dd if=${data} skip=888; done`;
  expect(await shell.run(`{ ${loop}; } 2> /dev/null`)).toBe('U*');
}

async function testInput({ shell, machine }: Guest): Promise<void> {
  const devices = await shell.run('cat /proc/bus/input/devices');
  expect(devices).toContain('Name="AT Translated Set 2 keyboard"');
  expect(devices).toContain('Name="ImExPS/2 Generic Explorer Mouse"');
  // Only what happens while the device is open is kept for its reader.
  await shell.run('exec 3< /dev/input/mice');
  await machine.mouse.move(5, 0);
  expect(await shell.run('od -An -tu1 -N3 <&3')).toBe('8   5   0');
}

async function testThroughput({ shell }: Guest, { firmware, engine }: Variant): Promise<void> {
  const read = 'dd if=$second of=/dev/null bs=4k count=2000 iflag=direct';
  const report = await shell.run(`hdparm -T -t --direct $first; hdparm -t $second; ${read}`);
  console.log(`${firmware}, ${engine}:\n${report}`);
  expect(report).toMatch(/O_DIRECT disk reads: .* MB\/sec/);
}

async function testComplaints({ shell }: Guest): Promise<void> {
  const lines = (await shell.run('dmesg --level=emerg,alert,crit,err,warn')).split('\n');
  expect(lines.filter((line) => line !== '' && !usual.test(line))).toEqual([]);
}

function testDrivers(variant: Variant): void {
  let guest: Guest;
  beforeAll(async () => {
    guest = await bootGuest(variant);
    expect(await guest.shell.run(load)).toBe('');
    await guest.shell.run(nameDisks);
  }, TIMEOUT);
  afterAll(() => guest?.machine.stop());

  test('a disk is read and written by bus-master DMA', () => testDisk(guest));
  test('a CD is read', () => testCd(guest));
  test('a floppy is read and written', () => testFloppy(guest));
  test('the real-time clock is set and ticks', () => testClocks(guest));
  test("the HPET keeps Linux's time", () => testHpet(guest));
  test('keyboard and mouse', () => testInput(guest));
  test('a parallel port takes what is printed, and gives its data back', () => testParallel(guest));
  test('throughput is printed', () => testThroughput(guest, variant));
  test('the kernel has nothing to complain of', () => testComplaints(guest));
}

testGuest("Linux's drivers", reason, testDrivers);
