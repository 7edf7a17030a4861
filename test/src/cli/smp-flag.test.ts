import { expect, test } from 'vitest';
import { parseArguments } from '../../../src/cli/arguments.ts';

const parse = (text: string) => parseArguments(['-smp', text]);
const LIMIT = 'there can be 1 to 32';

test.each([
  ['33', `33 processors: ${LIMIT}`],
  ['256', `256 processors: ${LIMIT}`],
  ['99999999999999999999', `100000000000000000000 processors: ${LIMIT}`],
  ['0', `cpus=0: ${LIMIT}`],
  ['0,maxcpus=0', `cpus=0: ${LIMIT}`],
  ['maxcpus=64', `64 processors: ${LIMIT}`],
  ['33,cores=33', `33 processors: ${LIMIT}`],
  ['sockets=300', `300 processors: ${LIMIT}`],
  ['sockets=8,cores=8', `64 processors: ${LIMIT}`],
  ['sockets=0', `sockets=0: ${LIMIT}`],
  ['2,threads=0', `threads=0: ${LIMIT}`],
  ['2,dies=0', `dies=0: ${LIMIT}`],
  ['-1', "'-1' is not a whole number; give cpus=N"],
  ['many', "'many' is not a whole number; give cpus=N"],
  ['1.5', "'1.5' is not a whole number; give cpus=N"],
  ['cores=-2', "'-2' is not a whole number; give cores=N"],
  ['2,dies=2', 'dies=2 is not supported; leave it out'],
  ['2,clusters=2', 'clusters=2 is not supported; leave it out'],
  ['2,nodes=2', "'nodes' is not supported in '2,nodes=2'"],
  ['1,cores=2', "'1,cores=2': sockets * cores (2) * threads (1) must be the number of processors, 1"],
  ['3,sockets=2', "'3,sockets=2': sockets (2) * cores * threads (1) must be the number of processors, 3"],
  ['4,cores=3', "'4,cores=3': sockets * cores (3) * threads (1) must be the number of processors, 4"],
  [
    '2,sockets=2,cores=2,threads=1',
    "'2,sockets=2,cores=2,threads=1': sockets (2) * cores (2) * threads (1) must be the number of processors, 2",
  ],
  [
    '2,sockets=2,cores=2',
    "'2,sockets=2,cores=2': sockets (2) * cores (2) * threads must be the number of processors, 2",
  ],
  ['4,maxcpus=2', 'maxcpus=2 is less than the 4 processors that there are; leave it out'],
  [
    '2,maxcpus=6,sockets=4',
    "'2,maxcpus=6,sockets=4': sockets (4) * cores * threads (1) must be the number of processors, 6",
  ],
])('-smp %s is refused in the words of the flag', (text, message) => {
  expect(() => parse(text)).toThrow(`-smp: ${message}`);
});

/** As QEMU has them: `info hotpluggable-cpus`. */
test.each([
  ['8,sockets=2,cores=2', { sockets: 2, cores: 2, threads: 2 }],
  ['8,sockets=2', { sockets: 2, cores: 4, threads: 1 }],
  ['8,threads=2', { sockets: 1, cores: 4, threads: 2 }],
  ['maxcpus=4', { sockets: 1, cores: 4, threads: 1 }],
  ['4,maxcpus=4,cores=2', { sockets: 2, cores: 2, threads: 1 }],
  ['1,maxcpus=4', { sockets: 1, cores: 4, threads: 1, present: 1 }],
  ['2,maxcpus=4,sockets=4', { sockets: 4, cores: 1, threads: 1, present: 2 }],
  ['cpus=2,maxcpus=8,sockets=2,cores=2,threads=2', { sockets: 2, cores: 2, threads: 2, present: 2 }],
])('-smp %s', (text, processors) => {
  expect(parse(text).machine.processors).toEqual(processors);
});
