import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DisplayModel, Machine, type MachineOptions } from '../../../src/index.ts';
import type { Calls } from './calls.ts';
import { buildHarness } from './harness.ts';
import { CONSOLE_PORT, EXIT_PORT } from './places.ts';

/** The result of a call: registers, and by letter the other values that were asked for, all in hexadecimal. */
export type Answer = Readonly<Record<string, string>>;
export type Answers = Readonly<Record<string, Readonly<Record<string, Answer>>>>;

const registers = ['ax', 'bx', 'cx', 'dx', 'si', 'di', 'bp', 'es'] as const;
const parts = { S: 'state', M: 'memory', B: 'buffer' } as const;

function readAnswer(line: string): Answer {
  const [, words = '', rest = ''] = /^((?: [0-9a-f]{4}){8})(.*)$/.exec(line) ?? [];
  if (words === '') throw new Error(`the harness printed ${JSON.stringify(line)}`);
  const values = words.trim().split(' ');
  const told = [...rest.matchAll(/([SMB])([0-9a-f]*)/g)].map(([, letter, text]) => {
    return [parts[letter as keyof typeof parts], text!];
  });
  return Object.fromEntries([...registers.map((name, n) => [name, values[n]!]), ...told]);
}

const flat = (groups: Readonly<Record<string, Calls>>) =>
  Object.entries(groups).flatMap(([group, calls]) =>
    Object.entries(calls).map(([name, call]) => ({ group, name, call })),
  );

/** The harness for groups of calls. */
export function harnessFor(videoBios: Uint8Array, groups: Readonly<Record<string, Calls>>): Uint8Array {
  return buildHarness(
    videoBios,
    flat(groups).map(({ call }) => call),
  );
}

/** Answers from what the harness printed. */
export function readAnswers(text: string, groups: Readonly<Record<string, Calls>>): Answers {
  const lines = text.trimEnd().split('\n');
  const calls = flat(groups);
  if (lines.length !== calls.length + 1 || lines.at(-1) !== '.') {
    throw new Error(`the harness printed ${lines.length - 1} answers to ${calls.length} calls`);
  }
  const answers: Record<string, Record<string, Answer>> = {};
  calls.forEach(({ group, name }, n) => {
    answers[group] = { ...answers[group], [name]: readAnswer(lines[n]!) };
  });
  return answers;
}

const TIMEOUT = 100_000;

const qemuDevices: Readonly<Record<DisplayModel, string>> = { std: 'VGA', cirrus: 'cirrus-vga', vmware: 'vmware-svga' };

/** Answers of a video BIOS on QEMU's adapter. */
export function answersOfQemu(
  videoBios: Uint8Array,
  groups: Readonly<Record<string, Calls>>,
  vga: DisplayModel = 'std',
): Answers {
  const folder = mkdtempSync(join(tmpdir(), 'video-bios-'));
  try {
    const bios = join(folder, 'bios.bin');
    const output = join(folder, 'output.txt');
    writeFileSync(bios, harnessFor(videoBios, groups));
    const flags =
      '-display none -net none -vga none -monitor none -serial none -parallel none ' +
      `-device ${qemuDevices[vga]},romfile= ` +
      `-debugcon file:${output} -global isa-debugcon.iobase=${CONSOLE_PORT} ` +
      `-device isa-debug-exit,iobase=${EXIT_PORT} -no-reboot -bios ${bios}`;
    spawnSync('qemu-system-i386', flags.split(' '), { timeout: TIMEOUT });
    return readAnswers(readFileSync(output, 'latin1'), groups);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The output of an image (harness.ts) on the emulated machine, up to its full stop. */
export async function printedByMachine(
  image: Uint8Array,
  engine: NonNullable<MachineOptions['engine']>,
  vga: DisplayModel = 'std',
): Promise<string> {
  const machine = await Machine.create({
    engine,
    boot: { bios: image },
    vga,
    debugConsole: { iobase: CONSOLE_PORT },
  });
  let text = '';
  const ended = Promise.withResolvers<void>();
  machine.debugConsole.on('data', (bytes) => {
    text += Buffer.from(bytes).toString('latin1');
    if (text.endsWith('.')) ended.resolve();
  });
  try {
    await machine.start();
    await ended.promise;
  } finally {
    await machine.stop();
  }
  return text;
}

/** Answers of a video BIOS on the emulated machine. */
export async function answersOfMachine(
  videoBios: Uint8Array,
  groups: Readonly<Record<string, Calls>>,
  engine: NonNullable<MachineOptions['engine']>,
  vga: DisplayModel = 'std',
): Promise<Answers> {
  return readAnswers(await printedByMachine(harnessFor(videoBios, groups), engine, vga), groups);
}
