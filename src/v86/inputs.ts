import { ConfigurationError, type MouseButton } from '../common.ts';
import type { Machine } from '../machine.ts';
import type { BusNetwork } from './network.ts';

/** What takes what is sent by the bus. */
export interface InputTarget {
  readonly machine: Machine;
  readonly network: BusNetwork;
}

/** Gives a value to the machine; `index` is that of a port. */
type Give = (target: InputTarget, value: never, index: number) => unknown;

const oneByte = (value: number) => Uint8Array.of(value);
const buttons: readonly MouseButton[] = ['left', 'middle', 'right'];

/** What the bus takes, by name: a number in it is that of a port. */
const inputs: Readonly<Record<string, Give>> = {
  'serial-input': ({ machine }, value: number, port) => machine.serialPorts[port]!.write(oneByte(value)),
  'keyboard-code': ({ machine }, code: number) => machine.keyboard.scancodes([code]),
  'mouse-delta': ({ machine }, [x, y]: [number, number]) => machine.mouse.move(Math.round(x), -Math.round(y)),
  'mouse-click': ({ machine }, down: boolean[]) =>
    Promise.all(buttons.map((button, n) => (down[n] ? machine.mouse.down(button) : machine.mouse.up(button)))),
  'mouse-wheel': ({ machine }, [steps]: [number, number]) => machine.mouse.wheel(-Math.round(steps)),
  'net-receive': ({ network }, frame: Uint8Array) => network.receive(new Uint8Array(frame)),
  'virtio-console-input-bytes': ({ machine }, bytes: Uint8Array) => machine.virtioPorts[0]?.write(bytes),
};

/** How many ports there are of those with a number. */
const ports: Readonly<Record<string, number>> = {
  ...{ 'serial-input': 4, 'net-receive': 1, 'virtio-console-input-bytes': 1 },
};

/**
 * What gives values of a name to the machine.
 * @throws ConfigurationError for a name that it doesn't take
 */
export function inputOf(name: string): (target: InputTarget, value: unknown) => unknown {
  const [digit] = /\d/.exec(name) ?? [];
  const kind = name.replace(/\d/, '');
  const index = Number(digit ?? 0);
  const isThere = Object.hasOwn(inputs, kind) && (digit === undefined) === (ports[kind] === undefined);
  if (!isThere || index >= (ports[kind] ?? 1))
    throw new ConfigurationError(
      `the bus takes no '${name}'; it takes ${Object.keys(inputs)
        .map((one) =>
          ports[one] === undefined ? one : one.replace('-input', '0-input').replace('-receive', '0-receive'),
        )
        .join(', ')}`,
    );
  const give = inputs[kind]!;
  return (target, value) => give(target, value as never, index);
}
