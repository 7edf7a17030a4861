import type { Arguments } from './arguments.ts';
import type { Command } from './command.ts';

type PortSize = 1 | 2 | 4;

/** Ports have no more than four bytes. */
function sizeOf({ format }: Arguments): PortSize {
  return Math.min(format.size, 4) as PortSize;
}

const portOf = ({ numbers }: Arguments): number => Number(numbers.addr & 0xffffn);
const suffixes = { 1: 'b', 2: 'w', 4: 'l' } as const;
const parameters = [
  { name: 'fmt', type: 'format' },
  { name: 'addr', type: 'number' },
] as const;

/** Commands that read and write ports as the processor does. */
export const portCommands: readonly Command[] = [
  {
    names: ['i'],
    usage: '/fmt addr',
    help: 'I/O port read',
    parameters,
    run: async (args, { machine }) => {
      const [port, size] = [portOf(args), sizeOf(args)];
      const value = await machine.examine('readPort', port, size);
      const digits = value.toString(16).padStart(2 * size, '0');
      return `port${suffixes[size]}[0x${port.toString(16).padStart(4, '0')}] = 0x${digits}\n`;
    },
  },
  {
    names: ['o'],
    usage: '/fmt addr value',
    help: 'I/O port write',
    parameters: [...parameters, { name: 'val', type: 'number' }],
    run: (args, { machine }) => {
      return machine.examine('writePort', portOf(args), sizeOf(args), Number(BigInt.asUintN(32, args.numbers.val)));
    },
  },
];
