import type { Pointer, PointerName } from '../input/mouse.ts';
import type { Machine } from '../machine/machine.ts';
import type { Arguments } from './arguments.ts';
import type { Command, CommandContext } from './command.ts';
import { MonitorError } from './error.ts';

/** QEMU counts all that takes input: two come before the mouse of the i8042. */
const FIRST = 2;

const names: Readonly<Record<PointerName, string>> = {
  ps2: 'QEMU PS/2 Mouse',
  usb: 'QEMU HID Mouse',
  tablet: 'QEMU HID Tablet',
  vmmouse: 'vmmouse',
  xen: 'Xen PV Mouse',
};

/** A pointer as QEMU's MouseInfo tells of it. */
export interface MouseInfo {
  readonly index: number;
  readonly name: string;
  readonly current: boolean;
  readonly absolute: boolean;
}

const indexOf = ({ number }: Pointer): number => FIRST + number;

/** The pointers of a machine; the one that is used comes last, as in QEMU. */
export function mice({ mouse }: Pick<Machine, 'mouse'>): readonly MouseInfo[] {
  const all = mouse.pointers.map((pointer, n) => {
    const { name, isAbsolute } = pointer;
    return { index: indexOf(pointer), name: names[name], current: n === 0, absolute: isAbsolute };
  });
  return all.reverse();
}

/** `info mice`. */
export function infoMice({ machine }: CommandContext): string {
  const lines = mice(machine).map(
    ({ index, name, current, absolute }) =>
      `${current ? '*' : ' '} Mouse #${index}: ${name}${absolute ? ' (absolute)' : ''}\n`,
  );
  return lines.join('');
}

function chooseMouse({ numbers }: Arguments, { machine }: CommandContext): string {
  const chosen = machine.mouse.pointers.find((pointer) => indexOf(pointer) === Number(numbers.index));
  if (chosen === undefined) throw new MonitorError(`Mouse at index '${numbers.index}' not found`);
  machine.mouse.choose(chosen.name);
  return '';
}

export const mouseSetCommand: Command = {
  names: ['mouse_set'],
  usage: 'index',
  help: 'set which mouse device receives events',
  parameters: [{ name: 'index', type: 'integer' }],
  run: chooseMouse,
};
