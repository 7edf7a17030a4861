import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Machine } from '../../../src/index.ts';
import { WavFile } from '../../../src/node/files/wav-file.ts';
import { readWav, sideOf, speakerRom } from '../../support/sound-roms.ts';
import { frequencyOf } from '../../support/tones.ts';

const folder = mkdtempSync(join(tmpdir(), 'wav-'));
afterAll(() => rmSync(folder, { recursive: true }));
const format = { rate: 22_050, bits: 16, channels: 2 } as const;
const noLog = (message: string) => {
  throw new Error(message);
};

test('the header tells what is in the file, from the start, while it grows and at the end', () => {
  const path = join(folder, 'growing.wav');
  const file = new WavFile(path, format, noLog);
  expect(readWav(readFileSync(path))).toEqual({
    names: ['RIFF', 'WAVE', 'fmt ', 'data'],
    ...{ riffBytes: 36, format: [1, 2, 4, 16], rate: 22_050, bytesPerSecond: 88_200, dataBytes: 0 },
    samples: new Int16Array(0),
  });
  const batch = Int16Array.from({ length: 0x8000 }, (_, n) => n - 0x4000);
  file.write(new Uint8Array(batch.buffer));
  // As after a kill.
  expect(readWav(readFileSync(path))).toMatchObject({ riffBytes: 36 + 0x10000, dataBytes: 0x10000, samples: batch });
  file.write(new Uint8Array(batch.buffer.slice(0, 8)));
  file.close();
  file.close();
  file.write(new Uint8Array(8));
  expect(readWav(readFileSync(path))).toMatchObject({ riffBytes: 36 + 0x10008, dataBytes: 0x10008 });
  expect(readFileSync(path).length).toBe(44 + 0x10008);
});

test('a file that cannot be opened is an error', () => {
  const path = join(folder, 'missing', 'a.wav');
  expect(() => new WavFile(path, format, noLog)).toThrow(`cannot write sound to '${path}': no such file or directory`);
});

test.runIf(existsSync('/dev/full'))('a disk that is full is an error', () => {
  expect(() => new WavFile('/dev/full', format, noLog)).toThrow('no space left on device');
});

test('a machine records what it plays until it ends', async () => {
  const path = join(folder, 'machine.wav');
  const machine = await Machine.create({
    ...{ memory: 8, boot: { bios: speakerRom }, vga: 'none', icount: { shift: 3 } },
    sound: { file: path, rate: 32_000 },
  });
  const heard = Promise.withResolvers<unknown>();
  let frames = 0;
  machine.sound.on('samples', ({ length }) => {
    frames += length / 2;
    if (frames > 3200) heard.resolve(undefined);
  });
  await machine.start();
  await heard.promise;
  await machine.stop();
  const { rate, dataBytes, riffBytes, samples } = readWav(readFileSync(path));
  expect([rate, riffBytes, dataBytes]).toEqual([32_000, samples.byteLength + 36, samples.byteLength]);
  expect(samples.length).toBeGreaterThan(6400);
  expect(frequencyOf(sideOf(samples, 'right'), rate)).toBeCloseTo(1000.15, 0);
});

test.each([
  [{ file: 1 as never }, 'sound.file is 1; it must be a string'],
  [{ rate: 1 }, 'sound.rate is 1; it must be a whole number from 8000 to 192000'],
  [{ path: 'a.wav' } as never, "unknown 'path' in sound; it is one of: file, rate"],
])('sound: %j is refused', async (sound, message) => {
  await expect(Machine.create({ boot: { demo: true }, sound })).rejects.toThrow(message);
});
