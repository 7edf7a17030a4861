import { ConfigurationError, type MouseButton } from '../common.ts';
import type { Machine } from '../machine/machine.ts';
import type { BusNetwork } from './network.ts';

/** The parts that receive values from the bus. */
export interface InputTarget {
  readonly machine: Machine;
  readonly network: BusNetwork;
}

/** Gives a value to the machine; `port` is the number in the name. */
type Give = (target: InputTarget, value: never, port: number) => unknown;

const oneByte = (value: number) => Uint8Array.of(value);
const buttons: readonly MouseButton[] = ['left', 'middle', 'right'];

/** Inputs of the bus: `name` is that of the first port where there are several. */
const inputs: readonly { readonly name: string; readonly ports?: number; readonly give: Give }[] = [
  {
    name: 'serial0-input',
    ports: 4,
    give: ({ machine }, value: number, port) => machine.serialPorts[port]!.write(oneByte(value)),
  },
  { name: 'keyboard-code', give: ({ machine }, code: number) => machine.keyboard.scancodes([code]) },
  {
    name: 'mouse-delta',
    give: ({ machine }, [x, y]: [number, number]) => machine.mouse.move(Math.round(x), -Math.round(y)),
  },
  {
    name: 'mouse-click',
    give: ({ machine }, down: boolean[]) =>
      Promise.all(buttons.map((button, n) => (down[n] ? machine.mouse.down(button) : machine.mouse.up(button)))),
  },
  { name: 'mouse-wheel', give: ({ machine }, [steps]: [number, number]) => machine.mouse.wheel(-Math.round(steps)) },
  { name: 'net0-receive', give: ({ network }, frame: Uint8Array) => network.receive(new Uint8Array(frame)) },
  {
    name: 'virtio-console0-input-bytes',
    give: ({ machine }, bytes: Uint8Array) => machine.virtioPorts[0]?.write(bytes),
  },
];

/** By the names of all ports. */
const byName = new Map(
  inputs.flatMap(({ name, ports = 1, give }) =>
    Array.from({ length: ports }, (_, port) => [name.replace('0', String(port)), { give, port }] as const),
  ),
);

/**
 * The function that gives values of a name to the machine.
 * @throws ConfigurationError for a name that is no input
 */
export function inputOf(name: string): (target: InputTarget, value: unknown) => unknown {
  const input = byName.get(name);
  if (input === undefined)
    throw new ConfigurationError(`the bus takes no '${name}'; it takes ${inputs.map((one) => one.name).join(', ')}`);
  return (target, value) => input.give(target, value as never, input.port);
}
