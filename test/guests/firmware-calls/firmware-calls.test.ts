import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { buildBios } from '../../../runtime/firmware/bios/index.ts';
import { Machine } from '../../../src/index.ts';
import { calls, diskCalls } from './calls.ts';
import { differences, nvmeDifferences, sataDifferences, usbDifferences, virtioDifferences } from './differences.ts';
import { cdImage, floppyImage } from './media.ts';
import { type Answer, answersIn, callingDisk, type FirmwareCall } from './program.ts';

const EXIT = 0x501;

/** The answers of SeaBIOS in QEMU (make-answers.ts), by the names of the calls. */
function recorded(file: string): Map<string, string> {
  const lines = readFileSync(new URL(file, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n');
  return new Map(
    lines.map((line): [string, string] => {
      const [, name, text] = /^(.*?): (.*)$/.exec(line)!;
      return [name!, text!];
    }),
  );
}

/** The answers of our BIOS to calls to a disk at this interface. */
async function answersTo(
  called: readonly FirmwareCall[],
  diskInterface: 'ide' | 'virtio' | 'usb' | 'sata' | 'nvme',
): Promise<Answer[]> {
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
      { image: callingDisk(called, EXIT), format: 'raw', interface: diskInterface },
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
  return answersIn(output, called);
}

describe.each([
  { disk: 'ide', called: calls, file: 'seabios-answers.txt', reasons: differences },
  { disk: 'virtio', called: diskCalls, file: 'seabios-virtio-answers.txt', reasons: virtioDifferences },
  { disk: 'usb', called: diskCalls, file: 'seabios-usb-answers.txt', reasons: usbDifferences },
  { disk: 'sata', called: diskCalls, file: 'seabios-sata-answers.txt', reasons: sataDifferences },
  { disk: 'nvme', called: diskCalls, file: 'seabios-nvme-answers.txt', reasons: nvmeDifferences },
] as const)('with a disk at $disk', async ({ disk, called, file, reasons }) => {
  const seabios = recorded(file);
  const given = await answersTo(called, disk);
  const alike = given.filter(({ name }) => !(name in reasons));
  const others = given.filter(({ name }) => name in reasons);

  test.each(alike)('the BIOS answers as SeaBIOS does: $name', ({ name, text }) => {
    expect(text).toBe(seabios.get(name));
  });

  test.each(others)('where it answers otherwise there is a reason: $name', ({ name, text }) => {
    expect(text).toMatch(reasons[name]!.answer);
  });

  test('which is that of a call', () => {
    expect(Object.keys(reasons).filter((name) => !seabios.has(name))).toEqual([]);
  });
});
