import { expect, test } from 'vitest';
import { parseArguments } from '../../../src/cli/arguments.ts';

const processorsOf = (line: string) => parseArguments(line.split(' ')).machine.processors;

test('-device adds processors to those of -smp, wherever that stands', () => {
  const [one, other] = ['socket-id=0,core-id=3,thread-id=0', 'socket-id=0,core-id=1,thread-id=0,id=c1'];
  const line = `-device qemu32-i386-cpu,${one} -device qemu32-i386-cpu,${other} -cpu qemu32 -smp 1,maxcpus=4`;
  expect(processorsOf(line)).toMatchObject({
    cores: 4,
    present: [{ number: 0 }, { number: 3 }, { number: 1, id: 'c1' }],
  });
});

test.each([
  [
    '-smp 2 -device max-i386-cpu,socket-id=0,core-id=1,thread-id=0',
    'there is no place for max-i386-cpu; make places by -smp',
  ],
  ['-smp 1,maxcpus=2 -device max-i386-cpu,socket-id=0,core-id=0,thread-id=0', 'CPU[0] with APIC ID 0 exists'],
  [
    '-smp 1,maxcpus=2 -device max-i386-cpu,socket-id=0,core-id=2,thread-id=0',
    'Invalid CPU core-id: 2 must be in range 0:1',
  ],
  ['-smp 1,maxcpus=2 -device max-i386-cpu,socket-id=0', 'CPU core-id is not set'],
  [
    '-smp 1,maxcpus=2 -device max-i386-cpu,frob=1',
    "'frob' is not supported in 'max-i386-cpu,frob=1': it may have id, socket-id",
  ],
  [
    '-smp 1,maxcpus=2 -cpu qemu32 -device max-i386-cpu,socket-id=0',
    "Invalid CPU type, expected cpu type: 'qemu32-i386-cpu'",
  ],
  [
    '-smp 1,maxcpus=4 -device max-i386-cpu,socket-id=0,core-id=1,thread-id=0,id=a -device max-i386-cpu,socket-id=0,core-id=2,thread-id=0,id=a',
    "Duplicate ID 'a' for device",
  ],
])('%s is refused', (line, message) => {
  expect(() => processorsOf(line)).toThrow(message);
});
