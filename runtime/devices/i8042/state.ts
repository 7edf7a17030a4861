import { byteQueue, describe, flag, i32, list, type StateOf, starting, u8 } from '../../snapshot/describe.ts';

export const keyboardState = describe({
  /** The command whose parameter comes next; 0 if none does. */
  command: u8,
  replies: byteQueue,
  keys: byteQueue,
  scanning: starting(flag, true),
  scancodeSet: starting(u8, 2),
  /** LEDs: scroll, num and caps lock in bits 0-2. */
  leds: u8,
  typematic: starting(u8, 0x2b),
  lastSent: u8,
});

export type KeyboardState = StateOf<typeof keyboardState>;

export const mouseState = describe({
  command: u8,
  replies: byteQueue,
  packets: byteQueue,
  reporting: flag,
  /** Sends a packet only when asked to (0xEB). */
  remote: flag,
  /** Sends back what it gets. */
  wrap: flag,
  scaling: flag,
  resolution: starting(u8, 2),
  sampleRate: starting(u8, 100),
  /** The last three sample rates, oldest first: 200, 100, 80 turns the wheel on. */
  rates: list(3, u8),
  wheel: flag,
  buttons: u8,
  /** Buttons as last reported. */
  reportedButtons: u8,
  /** Movement not reported yet: x to the right, y upwards, z towards the user. */
  x: i32,
  y: i32,
  z: i32,
  lastSent: u8,
});

export type MouseState = StateOf<typeof mouseState>;

export const controllerState = describe({
  keyboard: keyboardState,
  mouse: mouseState,
  /** The controller's RAM is 32 bytes, of which the first is the command byte. */
  ram: list(32, u8),
  status: u8,
  outputBuffer: u8,
  /** The command whose data byte comes next to port 0x60; 0 if none does. */
  command: u8,
  /** The controller's own answers that wait for the output buffer. */
  answers: byteQueue,
  a20: starting(flag, true),
  /** A break prefix (0xF0) was swallowed by the translation. */
  breakPrefix: flag,
});

export type ControllerState = StateOf<typeof controllerState>;
