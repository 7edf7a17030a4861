/**
 * Makes seabios-answers.txt and those for virtio, USB, SATA and NVMe disks: what SeaBIOS answers in QEMU. Run it where both are installed:
 * `node test/guests/firmware-calls/make-answers.ts [BIOS image]`; with an image it prints that one's answers instead.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { calls, diskCalls } from './calls.ts';
import { cdImage, floppyImage } from './media.ts';
import { answersIn, callingDisk, type FirmwareCall } from './program.ts';

/** The port of QEMU's isa-debug-exit. */
const EXIT = 0x501;
const SEABIOS = '/usr/share/seabios/bios.bin';
/** That one has no driver of NVMe. */
const LARGE_SEABIOS = '/usr/share/seabios/bios-256k.bin';
const [, , given] = process.argv;

/** Flags that make QEMU's `-drive` a disk of an interface. */
const places = {
  ide: ['if=ide'],
  virtio: ['if=virtio'],
  nvme: ['if=none,id=nvm', '-device', 'nvme,serial=a,drive=nvm'],
  usb: ['if=none,id=stick', '-usb', '-device', 'usb-storage,drive=stick'],
  sata: ['if=none,id=disk', '-device', 'ahci,id=ahci', '-device', 'ide-hd,drive=disk,bus=ahci.0'],
} as const;

/** The answers to these calls, in lines. The disk that makes them is at this interface. */
function answersTo(called: readonly FirmwareCall[], diskInterface: keyof typeof places): string {
  const folder = mkdtempSync(join(tmpdir(), 'firmware-calls-'));
  const file = (name: string, bytes: Uint8Array): string => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };
  const drive = (path: string, rest: string): string[] => ['-drive', `file=${path},format=raw,snapshot=on,${rest}`];
  const output = join(folder, 'output');
  const [place, ...devices] = places[diskInterface];
  const bios = given ?? (diskInterface === 'nvme' ? LARGE_SEABIOS : SEABIOS);
  spawnSync(
    'qemu-system-i386',
    [
      ...['-display', 'none', '-m', '128', '-vga', 'none', '-nic', 'none', '-boot', 'c', '-bios', bios],
      ...['-serial', 'null', '-debugcon', `file:${output}`, '-global', 'isa-debugcon.iobase=0x402'],
      ...['-device', 'isa-debug-exit'],
      ...drive(file('disk', callingDisk(called, EXIT)), place),
      ...devices,
      ...drive(file('floppy', floppyImage()), 'if=floppy'),
      ...drive(file('cd', cdImage()), 'if=ide,index=2,media=cdrom'),
    ],
    { stdio: 'inherit', timeout: 60_000 },
  );
  const answers = answersIn(readFileSync(output, 'latin1'), called);
  rmSync(folder, { recursive: true });
  return answers.map((answer) => `${answer.name}: ${answer.text}\n`).join('');
}

const files = {
  'seabios-answers.txt': () => answersTo(calls, 'ide'),
  'seabios-virtio-answers.txt': () => answersTo(diskCalls, 'virtio'),
  'seabios-usb-answers.txt': () => answersTo(diskCalls, 'usb'),
  'seabios-sata-answers.txt': () => answersTo(diskCalls, 'sata'),
  'seabios-nvme-answers.txt': () => answersTo(diskCalls, 'nvme'),
};
for (const [name, make] of Object.entries(files)) {
  if (given === undefined) writeFileSync(new URL(name, import.meta.url), make());
  else process.stdout.write(make());
}
