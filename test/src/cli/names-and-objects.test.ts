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

test.each([
  ['virtio-balloon-pci,id=b1', 'virtio-balloon-pci,id=b2', 'balloon device'],
  ['virtio-balloon', 'virtio-balloon-pci', 'balloon device'],
  ['virtio-rng-pci', 'virtio-rng-pci', 'entropy device'],
  ['virtio-serial-pci,id=s1', 'virtio-serial-pci,id=s2', 'virtio-serial-pci device, which has room for all ports'],
  ['isa-debug-exit', 'isa-debug-exit,iobase=0xf4', 'isa-debug-exit device'],
  ['isa-debugcon', 'isa-debugcon,iobase=0x402', 'isa-debugcon device'],
  ['edu', 'edu,dma_mask=0xff', 'edu device'],
  ['pc-testdev', 'pc-testdev', 'pc-testdev'],
  ['VGA', 'cirrus-vga', 'display adapter'],
  ['piix3-usb-uhci,id=u1', 'piix3-usb-uhci,id=u2', 'UHCI controller'],
])('-device %s and -device %s: the second one is refused', (first, second, only) => {
  const [driver] = second.split(',');
  expect(() => parse(`-device ${first} -device ${second}`)).toThrow(
    `-device: there is one ${only}; leave the second -device ${driver} out`,
  );
});
