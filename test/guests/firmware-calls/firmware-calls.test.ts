import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { buildBios } from '../../../runtime/firmware/bios/index.ts';
import { Machine } from '../../../src/index.ts';
import { calls } from './calls.ts';
import { differences } from './differences.ts';
import { cdImage, floppyImage } from './media.ts';
import { type Answer, answersIn, callingDisk } from './program.ts';

const EXIT = 0x501;

/** What SeaBIOS answers in QEMU (make-answers.ts). */
const seabios = new Map(
  readFileSync(new URL('seabios-answers.txt', import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line): [string, string] => {
      const [, name, text] = /^(.*?): (.*)$/.exec(line)!;
      return [name!, text!];
    }),
);

async function answers(): Promise<Answer[]> {
  const machine = await Machine.create({
    memory: 128,
    vga: 'none',
    boot: { bios: buildBios() },
    debugConsole: { iobase: 0x402 },
    debugExit: { iobase: EXIT, iosize: 2 },
    // By the host's clock a second could pass between a call that sets the time and the one that reads it.
    icount: { shift: 3 },
    startTime: new Date('2026-01-02T03:04:05Z'),
    drives: [
      { image: callingDisk(calls, EXIT), format: 'raw' },
      { image: floppyImage(), format: 'raw', interface: 'floppy' },
      { image: cdImage(), format: 'raw', media: 'cdrom' },
    ],
  });
  let output = '';
  machine.debugConsole.on('data', (bytes) => {
    output += Buffer.from(bytes).toString('latin1');
  });
  await machine.start();
  await machine.exited;
  return answersIn(output, calls);
}

const given = await answers();

describe('the BIOS answers as SeaBIOS does', () => {
  const alike = given.filter(({ name }) => !(name in differences));

  test.each(alike)('$name', ({ name, text }) => {
    expect(text).toBe(seabios.get(name));
  });
});

describe('where it answers otherwise there is a reason', () => {
  const others = given.filter(({ name }) => name in differences);

  test.each(others)('$name', ({ name, text }) => {
    expect(text).toMatch(differences[name]!.answer);
  });

  test('which is that of a call', () => {
    expect(Object.keys(differences).filter((name) => !seabios.has(name))).toEqual([]);
  });
});
