import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildDemo } from '../runtime/firmware/demo/index.ts';
import { assembleImages } from '../runtime/firmware/images.ts';
import { assembleHandlers } from '../runtime/firmware/load/interrupt-handlers.ts';

const root = join(import.meta.dirname, '..');

/**
 * Modules that assemble what is the same each time, by their paths without the ending, and what has their places in packages and pages: the
 * finished bytes. The assembler and the sources need not be loaded there.
 */
const modules: Readonly<Record<string, () => string>> = {
  'src/machine/firmware': () =>
    withBytes(`const images = ${recordText(assembleImages())};\nexport const ownFirmware = async () => images;\n`),
  'runtime/firmware/demo/image': () => withBytes(`export const demoImage = () => ${bytesText(buildDemo())};\n`),
  'runtime/firmware/load/handlers': () => {
    const { bytes, ...places } = assembleHandlers();
    const code = `{ ...${JSON.stringify(places)}, bytes: ${bytesText(bytes)} }`;
    return withBytes(`const code = ${code};\nexport const handlers = () => code;\n`);
  },
};

/** Files that only those modules import, and nothing else in the package. */
const sources: readonly string[] = [
  ...['bios', 'vgabios', 'kernel-loader', 'images.js', 'images.js.map', 'images.d.ts', 'demo/index.js'],
  ...['demo/index.js.map', 'demo/index.d.ts', 'demo/source'],
  ...['load/interrupt-handlers.js', 'load/interrupt-handlers.js.map', 'load/interrupt-handlers.d.ts'],
];

const bytesText = (bytes: Uint8Array): string => `bytes('${Buffer.from(bytes).toString('base64')}')`;

const recordText = (images: Readonly<Record<string, Uint8Array>>): string =>
  `{\n${Object.entries(images)
    .map(([name, image]) => `  ${name}: ${bytesText(image)},\n`)
    .join('')}}`;

const withBytes = (text: string): string => `/** Made by the build: assembled code in base64. */
const bytes = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
${text}`;

/** A plugin for rolldown, and for Vite. */
interface AssembledModules {
  readonly name: string;
  load(id: string): string | null;
}

/** Puts the finished bytes in the place of the modules that assemble them. */
export function assembledModules(): AssembledModules {
  const texts = new Map(Object.entries(modules).map(([path, text]) => [join(root, `${path}.ts`), text]));
  return { name: 'assembled', load: (id) => texts.get(id)?.() ?? null };
}

/** Does the same in a folder of compiled modules. */
export async function writeAssembledModules(dist: string): Promise<void> {
  for (const [path, text] of Object.entries(modules)) {
    await writeFile(join(dist, `${path}.js`), text());
    await rm(join(dist, `${path}.js.map`));
  }
  for (const name of sources) await rm(join(dist, 'runtime/firmware', name), { recursive: true });
}
