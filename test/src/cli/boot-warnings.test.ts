import { expect, test } from 'vitest';
import { parseArguments } from '../../../src/cli/arguments.ts';
import { bootOf, bootWarnings } from '../../../src/cli/run.ts';

const warnings = (line: string) => {
  const settings = parseArguments(line.split(' '));
  return bootWarnings(settings, bootOf(settings));
};
const drive = '-drive if=none,id=d,file=d.img';
const warning = expect.stringContaining('give -bios seabios');

test.each([
  ['-drive if=scsi,file=d.img', [warning]],
  [`${drive} -device lsi53c895a -device scsi-hd,drive=d`, [warning]],
  [`${drive} -device pvscsi -device scsi-cd -device scsi-hd,drive=d -bios rawiron`, [warning]],
  ['-drive if=scsi,file=d.img -bios seabios', []],
  ['-drive if=scsi,file=d.img -hda e.img', []],
  ['-drive if=scsi,file=d.img -kernel vmlinuz', []],
  ['-drive if=scsi,file=d.img -drive if=none,id=later,file=e.img', []],
  ['e.img', []],
])('a machine that can boot from SCSI drives alone is told of SeaBIOS: %s', (line, expected) => {
  expect(warnings(line)).toEqual(expected);
});
