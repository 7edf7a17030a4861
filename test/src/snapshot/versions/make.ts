/** Writes the file that snapshots of this version are kept as: VERSION.snapshot in this folder. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Machine } from '../../../../src/index.ts';
import { VERSION } from '../../../../src/snapshot/layout.ts';
import { everyDevice } from './machine.ts';

await using machine = await Machine.create(everyDevice);
await machine.start();
await machine.serial.expect('demo> ');
// What is typed is part of it: a machine that goes on from it has the rest of the line still to come.
machine.serial.write('bench');
await machine.serial.expect('bench');
await writeFile(join(import.meta.dirname, `${VERSION}.snapshot`), await machine.snapshot());
