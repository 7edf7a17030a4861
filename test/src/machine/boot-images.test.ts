import { expect, test } from 'vitest';
import { ConfigurationError, type Image } from '../../../src/index.ts';
import { type ImageHost, loadImages } from '../../../src/machine/boot-images.ts';

/** Files by their names. */
const files: Readonly<Record<string, Uint8Array>> = {
  'good.rom': Uint8Array.of(0x55, 0xaa, 1),
  'turned.rom': Uint8Array.of(0xaa, 0x55, 1),
  'short.rom': Uint8Array.of(0x55),
  'empty.rom': new Uint8Array(0),
};

const host = { readFile: async (name: string) => files[name]! } as unknown as ImageHost;

const load = (name: string, image: Image) =>
  loadImages({ boot: { demo: true }, firmwareFiles: { [name]: image } }, host);

test.each<[Image, string]>([
  ['turned.rom', 'turned.rom: the option ROM begins with AA 55; an option ROM begins with 55 AA'],
  ['short.rom', 'short.rom: the option ROM begins with 55; an option ROM begins with 55 AA'],
  ['empty.rom', 'empty.rom: the option ROM is empty; an option ROM begins with 55 AA'],
  [Uint8Array.of(0x7f, 0x45, 0x4c), "the option ROM 'genroms/x' begins with 7F 45; an option ROM begins with 55 AA"],
])('what is no option ROM is refused: %#', async (image, message) => {
  await expect(load('genroms/x', image)).rejects.toEqual(new ConfigurationError(message));
});

test('option ROMs are taken, and other files whatever they are', async () => {
  expect(await load('genroms/x', 'good.rom')).toMatchObject({ firmwareFiles: { 'genroms/x': files['good.rom'] } });
  expect(await load('opt/x', 'turned.rom')).toMatchObject({ firmwareFiles: { 'opt/x': files['turned.rom'] } });
});
