#!/usr/bin/env node
/**
 * Writes the floppy disk of the benchmark to a file, for other emulators and for PCs, and prints its works in their order. On COM1, at
 * 115,200 baud, it asks for a byte before each with a line "<", and marks its end with ">" and a checksum.
 *
 *     node bench/sixteen-bit/main.ts FILE
 */
import { writeFile } from 'node:fs/promises';
import { makeFloppy, makeTasks } from './floppy.ts';
import { instructionWorks, programWorks } from './works.ts';

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('the name of the file is missing');
const tasks = makeTasks([...programWorks, ...instructionWorks], 1);
await writeFile(file, makeFloppy(tasks));
for (const { work, rounds } of tasks) {
  console.log(
    `${work.name.padEnd(24)}${`${rounds}`.padStart(9)} rounds  ${work.checksum ?? ''.padEnd(8)}  ${work.about}`,
  );
}
