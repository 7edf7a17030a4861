import { KEYBOARD_CREDIT, MOUSE_CREDIT } from '../../runtime/host/stream.ts';
import { usbInputPorts } from '../../runtime/machine/resources.ts';
import type { Outflow } from '../isolate/flow.ts';
import type { MachineConfig } from '../machine-core.ts';
import type { MachineStreams } from '../machine-streams.ts';
import { Keyboard } from './keyboard.ts';
import type { KeyboardLayout } from './layout.ts';
import { Mouse, type PointerName } from './mouse.ts';

const pointerOf: Readonly<Record<'mouse' | 'tablet', PointerName>> = { mouse: 'usb', tablet: 'tablet' };

type Input = keyof typeof usbInputPorts;

/** The keyboard and the mouse of a machine, on its streams. */
export function connectInput(
  streams: MachineStreams,
  { usb = [] }: MachineConfig,
  layout: KeyboardLayout | undefined,
): { keyboard: Keyboard; mouse: Mouse } {
  const way = (input: Input, credit: number): Outflow | undefined =>
    usb.includes(input) ? streams.input(usbInputPorts[input], credit) : undefined;
  const keyboard = new Keyboard(streams.input('keyboard', KEYBOARD_CREDIT), way('keyboard', KEYBOARD_CREDIT), layout);
  const pointers = usb
    .filter((input) => input !== 'keyboard')
    .map((input) => [pointerOf[input], way(input, MOUSE_CREDIT)]);
  const mouse = new Mouse({ ps2: streams.input('mouse', MOUSE_CREDIT), ...Object.fromEntries(pointers) });
  streams.addOutput('keyboard', keyboard);
  const receivers = { keyboard: keyboard.usb, mouse: mouse.usb, tablet: mouse.tablet };
  for (const input of usb) streams.addOutput(usbInputPorts[input], receivers[input]);
  return { keyboard, mouse };
}
