import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Progress } from '../../src/util/progress.ts';
import { debianBios } from '../debian.ts';
import type { Command, Engine, FloppyStart, Start } from './engine.ts';
import type { V86Options } from './v86-machine.ts';

const script = join(import.meta.dirname, 'v86-machine.ts');
const manifest = createRequire(import.meta.url).resolve('v86/package.json');
/** Where its BIOS images are. */
export const biosFolder = (folder: string) => join(folder, 'v86-bios');

async function prepare(folder: string, progress: Progress): Promise<string> {
  const images = await debianBios(progress);
  await mkdir(biosFolder(folder), { recursive: true });
  for (const [name, bytes] of Object.entries(images)) await writeFile(join(biosFolder(folder), name), bytes);
  return (JSON.parse(await readFile(manifest, 'utf8')) as { version: string }).version;
}

function command(start: Start | FloppyStart, folder: string, jit: boolean): Command {
  const options: V86Options = {
    ...start,
    wasm: join(dirname(manifest), 'build', 'v86.wasm'),
    bios: join(biosFolder(folder), 'bios.bin'),
    vgaBios: join(biosFolder(folder), 'vgabios.bin'),
    jit,
  };
  return { command: process.execPath, args: [script, JSON.stringify(options)] };
}

const engine = (name: string, about: string, jit: boolean, share: number): Engine => ({
  name,
  about,
  kind: 'machine',
  share,
  optional: !jit,
  prepare,
  command: (start, folder) => command(start, folder, jit),
  floppyCommand: (start, folder) => command(start, folder, jit),
});

export const v86 = engine('v86', 'v86, with its JIT to WebAssembly', true, 1);
export const v86Interpreter = engine('v86-interpreter', 'v86, interpreting only', false, 0.1);
