import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { assembleImages } from '../runtime/firmware/images.ts';

/** Files that the images are made of, which nothing else in the package needs. */
const sources = ['bios', 'vgabios', 'kernel-loader', 'images.js', 'images.js.map', 'images.d.ts'];

/** A module with the finished images, for the place of src/machine/firmware.ts, which assembles them. */
export function firmwareModule(): string {
  const images = Object.entries(assembleImages());
  const lines = images.map(([name, image]) => `  ${name}: bytes('${Buffer.from(image).toString('base64')}'),\n`);
  return `/** Made by the package's build: the images of the firmware in base64. */
const bytes = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
const images = {
${lines.join('')}};
export const ownFirmware = async () => images;
`;
}

/** Puts the images of the firmware into dist/src/machine/firmware.js. */
export async function makeFirmwareModule(dist: string): Promise<void> {
  const module = join(dist, 'src/machine/firmware');
  await writeFile(`${module}.js`, firmwareModule());
  await rm(`${module}.js.map`);
  for (const name of sources) await rm(join(dist, 'runtime/firmware', name), { recursive: true });
}
