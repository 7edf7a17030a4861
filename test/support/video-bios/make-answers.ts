/** Writes the answers of SeaBIOS' VGA BIOS on QEMU to the file that the tests compare with: node FILE. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { answersOfQemu } from './answers.ts';
import { groups } from './calls.ts';

const rom = readFileSync('/usr/share/seabios/vgabios-stdvga.bin');
const answers = answersOfQemu(rom, groups);
const lines = Object.entries(answers).map(([group, calls]) => {
  const rows = Object.entries(calls).map(([call, answer]) => `${JSON.stringify(call)}:${JSON.stringify(answer)}`);
  return `${JSON.stringify(group)}:{\n${rows.join(',\n')}}`;
});
writeFileSync(join(import.meta.dirname, 'seabios-answers.json'), `{\n${lines.join(',\n')}\n}\n`);
