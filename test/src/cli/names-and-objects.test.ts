import { expect, test } from 'vitest';
import { parseArguments } from '../../../src/cli/arguments.ts';

const parse = (line: string) => parseArguments(line.split(' '));

test.each([
  ['-name router', { name: 'router' }],
  ['-name guest=a,,b,debug-threads=on,process=q', { name: 'a,b' }],
  ['-object qom-type=rng-builtin,id=r -device virtio-rng-pci,rng=r', { rng: true }],
])('%s asks for a machine with %j', (line, machine) => {
  expect(parse(line).machine).toEqual(machine);
});

test.each([
  ['-name a,b', "-name: 'b' is not supported in 'a,b': it may have process, debug-threads"],
  [
    '-object memory-backend-file,id=m,size=1G',
    "-object: the object 'memory-backend-file' is not supported; give filter-dump",
  ],
  ['-usb -device ahci,id=a -device usb-tablet,id=a', "-device: Duplicate ID 'a' for device; give each its own"],
  [
    '-drive if=none,id=d,file=disk.img -device ahci,id=a -device ide-hd,drive=d,bus=a.0,id=a',
    "-device: Duplicate ID 'a' for device; give each its own",
  ],
])('%s is refused', (line, message) => {
  expect(() => parse(line)).toThrow(message);
});
