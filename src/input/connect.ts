import { ports } from '../../runtime/host/ports.ts';
import { type UsbInput, usbInputNames } from '../../runtime/machine/catalogue/usb.ts';
import type { MachineStreams } from '../isolate/streams.ts';
import { Keyboard } from './keyboard.ts';
import type { KeyboardLayout } from './layout.ts';
import { Mouse } from './mouse.ts';

/** The user's end of what takes input. */
export interface InputDevices {
  readonly keyboard: Keyboard;
  readonly mouse: Mouse;
}

/** The keyboard and the mouse of a machine, on its streams. */
export function connectInput(streams: MachineStreams, layout: KeyboardLayout | undefined): InputDevices {
  const keyboard = new Keyboard(streams.input(ports.keyboard), layout);
  const mouse = new Mouse({ ps2: streams.input(ports.mouse) });
  streams.addOutput(ports.keyboard, keyboard);
  streams.addOutput(ports.vmMouse, mouse.vmmouse(streams.input(ports.vmMouse)));
  return { keyboard, mouse };
}

/** Connects the keyboard and the pointer of Xen, which get input while the guest uses them. */
export function connectXenInput(streams: MachineStreams, { keyboard, mouse }: InputDevices): void {
  keyboard.plug('xen', streams.input(ports.xenKeyboard));
  streams.addOutput(ports.xenKeyboard, keyboard.xen);
  streams.addOutput(ports.xenPointer, mouse.xen(streams.input(ports.xenPointer)));
}

/** Connects an input device on the USB, which gets input too, while the guest uses it. */
export function plugInput(streams: MachineStreams, { keyboard, mouse }: InputDevices, input: UsbInput): void {
  const port = ports.usb[input](usbInputNames[input]);
  const line = streams.input(port);
  streams.addOutput(port, input === 'keyboard' ? keyboard.usb : input === 'mouse' ? mouse.usb : mouse.tablet);
  if (input === 'keyboard') keyboard.plug('usb', line);
  else mouse.plug(input === 'mouse' ? 'usb' : 'tablet', line);
}

/** It was pulled out. */
export function unplugInput(streams: MachineStreams, { keyboard, mouse }: InputDevices, input: UsbInput): void {
  streams.remove(usbInputNames[input]);
  if (input === 'keyboard') keyboard.plug('usb', undefined);
  else mouse.plug(input === 'mouse' ? 'usb' : 'tablet', undefined);
}
