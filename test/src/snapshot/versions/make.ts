/** Writes the files that snapshots of this version are kept as, in this folder. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Machine } from '../../../../src/index.ts';
import { nodeCompressor } from '../../../../src/node/files/compressor.ts';
import { VERSION } from '../../../../src/snapshot/layout.ts';
import { writeSnapshot } from '../../../../src/snapshot/write.ts';
import { used } from '../../ninep/used.ts';
import { machines } from './machines.ts';

for (const [name, options] of Object.entries(machines)) {
  await using machine = await Machine.create(options);
  await machine.start();
  await machine.serial.expect('demo> ');
  // What is typed is part of it: a machine that goes on from it has the rest of the line still to come.
  machine.serial.write('bench');
  await machine.serial.expect('bench');
  await writeFile(join(import.meta.dirname, name), await machine.snapshot());
}

const share = await writeSnapshot(
  { shares: { a: { tag: 'a', client: (await used()).client.save()! } } },
  nodeCompressor,
);
await writeFile(join(import.meta.dirname, `${VERSION}.share`), share);
