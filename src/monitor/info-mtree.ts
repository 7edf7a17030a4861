import { flattened } from '../machine/memory-map.ts';
import type { RangeView } from '../machine-core.ts';
import type { Arguments } from './arguments.ts';
import type { CommandContext } from './command.ts';

/** The physical address space and the ports, as QEMU's `info mtree` shows its own; with -f what is seen of each. */
export async function infoMtree({ flags }: Arguments, { machine }: CommandContext): Promise<string> {
  const spaces = [
    { name: 'memory', root: 'system', last: 0xffffffffffffffffn, ranges: await machine.examine('memoryMap') },
    { name: 'I/O', root: 'io', last: 0xffffn, ranges: await machine.examine('portMap') },
  ];
  const view = flags.has('f') ? flatView : tree;
  return spaces.map(view).join('');
}

interface Space {
  readonly name: string;
  readonly root: string;
  readonly last: bigint;
  readonly ranges: readonly RangeView[];
}

const hexadecimal = (value: number | bigint): string => value.toString(16).padStart(16, '0');

function line({ name, base, length, kind, priority }: RangeView): string {
  return `${hexadecimal(base)}-${hexadecimal(base + length - 1)} (prio ${priority}, ${kind}): ${name}\n`;
}

function tree({ name, root, last, ranges }: Space): string {
  const lines = ranges.map((range) => `    ${line(range)}`).join('');
  return `address-space: ${name}\n  ${hexadecimal(0)}-${hexadecimal(last)} (prio 0, i/o): ${root}\n${lines}\n`;
}

function flatView({ name, root, ranges }: Space, number: number): string {
  const head = `FlatView #${number}\n AS "${name}", root: ${root}\n Root memory region: ${root}\n`;
  return `${head}${flattened(ranges)
    .map((range) => `  ${line(range)}`)
    .join('')}\n`;
}
