import type { Arguments } from './arguments.ts';
import type { Command } from './command.ts';

type PortSize = 1 | 2 | 4;

/** The size of an access to a port: a byte where the format's size is none of a port, as in QEMU. */
function sizeOf({ format }: Arguments): PortSize {
  return format.size === 2 || format.size === 4 ? format.size : 1;
}

const portOf = ({ numbers }: Arguments): number => Number(numbers.addr & 0xffffn);
const suffixes = { 1: 'b', 2: 'w', 4: 'l' } as const;
const parameters = [
  { name: 'fmt', type: 'format' },
  { name: 'addr', type: 'integer' },
] as const;

/** Commands that read and write ports as the processor does. */
export const portCommands: readonly Command[] = [
  {
    names: ['i'],
    usage: '/fmt addr',
    help: 'I/O port read',
    parameters: [...parameters, { name: 'index', type: 'index' }],
    run: async (args, { machine }) => {
      const { index } = args.numbers;
      if (index !== undefined) await machine.examine('writePort', portOf(args), 1, Number(index & 0xffn));
      const [port, size] = [portOf(args) + (index === undefined ? 0 : 1), sizeOf(args)];
      const value = await machine.examine('readPort', port & 0xffff, size);
      const digits = value.toString(16).padStart(2 * args.format.size, '0');
      return `port${suffixes[size]}[0x${port.toString(16).padStart(4, '0')}] = 0x${digits}\n`;
    },
  },
  {
    names: ['o'],
    usage: '/fmt addr value',
    help: 'I/O port write',
    parameters: [...parameters, { name: 'val', type: 'integer' }],
    run: (args, { machine }) => {
      return machine.examine('writePort', portOf(args), sizeOf(args), Number(BigInt.asUintN(32, args.numbers.val)));
    },
  },
];
