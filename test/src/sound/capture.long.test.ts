import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { Machine, openMonitor } from '../../../src/index.ts';
import { FrameConverter } from '../../../src/sound/frame-converter.ts';
import { readWav, sideOf, soundBlasterRom } from '../../support/sound-roms.ts';
import { frequencyOf } from '../../support/tones.ts';

const folder = mkdtempSync(join(tmpdir(), 'capture-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string) => join(folder, name);

/** Batches of frames whose left samples are these, and whose right ones are their opposites. */
const batches = (...lefts: number[][]) =>
  lefts.map((left) => Int16Array.from(left.flatMap((value) => [value, -value])));

describe('frames of another format', () => {
  test('of the same one are the same', () => {
    const converter = new FrameConverter(44_100, { rate: 44_100, bits: 16, channels: 2 });
    for (const batch of batches([1, -2], [], [3])) {
      expect(new Int16Array(converter.convert(batch).slice().buffer)).toEqual(batch);
    }
  });

  test('are on the line between two, across batches', () => {
    const converter = new FrameConverter(8000, { rate: 16_000, bits: 16, channels: 2 });
    const made = batches([0, 100], [200, 300]).map((batch) => [
      ...new Int16Array(converter.convert(batch).slice().buffer),
    ]);
    expect(made.map((samples) => sideOf(samples, 'left'))).toEqual([
      [0, 50, 100],
      [150, 200, 250, 300],
    ]);
  });

  test('of half the rate are every second one', () => {
    const converter = new FrameConverter(8000, { rate: 4000, bits: 16, channels: 2 });
    const made = batches([0, 1, 2], [3, 4, 5]).map((batch) => [
      ...new Int16Array(converter.convert(batch).slice().buffer),
    ]);
    expect(made.map((samples) => sideOf(samples, 'left'))).toEqual([[0, 2], [4]]);
  });

  test('of 8 bits are unsigned; one channel is the mean of two', () => {
    const eight = new FrameConverter(8000, { rate: 8000, bits: 8, channels: 2 });
    expect([...eight.convert(Int16Array.of(0x7fff, -0x8000, 0, 0x100))]).toEqual([0xff, 0, 0x80, 0x81]);
    const one = new FrameConverter(8000, { rate: 8000, bits: 16, channels: 1 });
    expect([...new Int16Array(one.convert(Int16Array.of(100, 300, -2, 2)).buffer)]).toEqual([200, 0]);
  });
});

test('a machine is captured by the monitor, twice at a time, until each is stopped', async () => {
  await using machine = await Machine.create({
    ...{ memory: 8, boot: { bios: soundBlasterRom }, vga: 'none', icount: { shift: 3 }, soundCards: ['sb16'] },
  });
  const monitor = openMonitor(machine, { audiodev: 'snd' });
  const [whole, small] = [file('whole.wav'), file('small.wav')];
  expect(await monitor.execute(`wavcapture ${whole} snd`)).toBe('');
  expect(await monitor.execute(`wavcapture ${small} snd 22050 8 1`)).toBe('');
  expect(await monitor.execute('info capture')).toBe(
    `[0]: Capturing audio(22050,8,1) to ${small}: 0 bytes\n[1]: Capturing audio(44100,16,2) to ${whole}: 0 bytes\n`,
  );
  await machine.start();
  while (machine.sound.captures[1]!.bytes < 4 * 22_050) await new Promise((resolve) => setTimeout(resolve, 5));
  await monitor.execute('stopcapture 1');
  expect(await monitor.execute('info capture')).toMatch(/^\[0\]: Capturing audio\(22050,8,1\) to .*: \d+ bytes\n$/);
  await monitor.execute('stopcapture 7');
  const { samples, ...header } = readWav(readFileSync(whole));
  expect(header).toMatchObject({ rate: 44_100, format: [1, 2, 4, 16] });
  expect(frequencyOf(sideOf([...samples], 'left'), 44_100)).toBeCloseTo(1000, 0);
  await monitor.execute('stopcapture 0');
  expect(await monitor.execute('info capture')).toBe('');
  const bytes = readFileSync(small);
  expect(bytes.readUInt32LE(40)).toBe(bytes.length - 44);
  const lefts = [...bytes.subarray(44)].map((value) => value - 0x80);
  expect(frequencyOf(lefts, 22_050)).toBeCloseTo(1000, 0);
});

test('what cannot be captured is told in words of QEMU', async () => {
  await using machine = await Machine.create({ boot: { demo: true } });
  const monitor = openMonitor(machine, { audiodev: 'snd' });
  const failed = 'Failed to add wave capture\n';
  expect(await monitor.execute('wavcapture a.wav other')).toBe("Audiodev 'other' not found\n");
  expect(await monitor.execute('wavcapture a.wav snd 22050 7')).toBe(
    `incorrect bit count 7, must be 8 or 16\n${failed}`,
  );
  expect(await monitor.execute('wavcapture a.wav snd 22050 8 3')).toBe(
    `incorrect channel count 3, must be 1 or 2\n${failed}`,
  );
  expect(await monitor.execute(`wavcapture ${file('none/a.wav')} snd`)).toContain(failed);
  expect(await monitor.execute('wavcapture')).toBe(
    'wavcapture: filename expected\nTry "help wavcapture" for more information\n',
  );
  expect(machine.sound.captures).toEqual([]);
});
