import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Machine, type MachineOptions } from '../../../src/index.ts';
import { rom } from './rom.ts';

/** A program's output on the debug console, and its picture as a PPM file. */
export interface Shown {
  readonly text: string;
  readonly ppm: Uint8Array;
}

const END = '!';
const SECONDS = 60;

/** The machines that run a program: options of ours, and flags of QEMU's, given a folder for files. */
export interface Bench {
  readonly options: Omit<MachineOptions, 'debugConsole'>;
  readonly flags: (folder: string) => string[];
}

/** A program in a ROM, without any firmware. */
export function inRom(
  main: string,
  engine: NonNullable<MachineOptions['engine']> = 'translator',
  vga: 'std' | 'cirrus' = 'std',
): Bench {
  const bios = rom(main);
  return {
    options: { memory: 16, engine, vga, boot: { bios }, isolate: 'caller' },
    flags: (folder) => ['-vga', vga, '-bios', inFile(folder, 'bios', bios)],
  };
}

/** Writes a file in a folder; its path. */
export function inFile(folder: string, name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

export async function showOurs({ options }: Bench): Promise<Shown> {
  await using machine = await Machine.create({ ...options, debugConsole: { iobase: 0xe9 } });
  await machine.start();
  const [all] = await machine.debugConsole.expect(/[^!]*!/, { timeout: SECONDS * 1000 });
  return { text: all.slice(0, -END.length), ppm: await machine.screen.ppm() };
}

export async function showQemu({ flags }: Bench): Promise<Shown> {
  const folder = mkdtempSync(join(tmpdir(), 'rawiron-display-'));
  const [output, picture] = ['output', 'picture'].map((name) => join(folder, name));
  const machine = ['-machine', 'pc', '-m', '16', '-display', 'none', '-net', 'none', ...flags(folder)];
  const qemu = spawn('qemu-system-i386', [...machine, '-debugcon', `file:${output}`, '-monitor', 'stdio']);
  const ended = new Promise((resolve) => qemu.once('close', resolve));
  try {
    const text = await outputOf(output!);
    qemu.stdin.end(`screendump ${picture}\nquit\n`);
    await ended;
    return { text, ppm: readFileSync(picture!) };
  } finally {
    qemu.kill();
    await ended;
    rmSync(folder, { recursive: true });
  }
}

/** A program's output once it is at its end. */
async function outputOf(path: string): Promise<string> {
  for (let tries = 0; tries < SECONDS * 20; tries++) {
    const text = existsSync(path) ? readFileSync(path, 'latin1') : '';
    if (text.endsWith(END)) return text.slice(0, -END.length);
    await sleep(50);
  }
  throw new Error(`the program is not at its end after ${SECONDS} s`);
}

/** Size and pixels of a picture, short enough to be recorded. */
export function digestOf(ppm: Uint8Array): string {
  const [, size] = Buffer.from(ppm.subarray(0, 40)).toString('latin1').split('\n');
  return `${size!.replace(' ', 'x')} ${createHash('sha256').update(ppm).digest('hex').slice(0, 32)}`;
}
