/** Runs the programs of scripts/gallery on the BIOS of our own, and writes their pictures to docs/gallery. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { Machine } from '../src/index.ts';
import { diskWith } from './gallery/disk.ts';
import { programs } from './gallery/programs.ts';

const folder = new URL('../docs/gallery/', import.meta.url);
mkdirSync(folder, { recursive: true });
for (const [name, program] of Object.entries(programs)) {
  const drives = [{ image: diskWith(program), format: 'raw', snapshot: true }] as const;
  await using machine = await Machine.create({ memory: 16, drives, debugConsole: { iobase: 0xe9 } });
  await machine.start();
  await machine.debugConsole.expect('!');
  writeFileSync(new URL(`${name}.png`, folder), await machine.screen.png());
  console.log(`docs/gallery/${name}.png`);
}
