import {
  byteQueue,
  bytes,
  describe,
  flag,
  i32,
  integer,
  list,
  type StateOf,
  starting,
  time,
  u8,
} from '../../snapshot/describe.ts';
import { KEYS } from './keys.ts';

/** Codes of set 3 are below. */
export const SET_3_CODES = 0x90;

export const keyboardState = describe({
  /** The command whose parameter comes next; 0 if none does. */
  command: u8,
  replies: byteQueue,
  keys: byteQueue,
  scanning: starting(flag, true),
  scancodeSet: starting(integer(1, 3), 2),
  /** LEDs: scroll, num and caps lock in bits 0-2. */
  leds: u8,
  typematic: starting(u8, 0x2b),
  lastSent: u8,
  /** Keys that are down, a bit each. */
  held: bytes(KEYS / 8),
  /** The key that repeats; 0: none does. */
  repeating: u8,
  /** The {@link KeyType} of each key of set 3, by its code. */
  types: bytes(SET_3_CODES),
  /** Keys that the host has pressed and released, two bytes each, before the keyboard has seen them. */
  waiting: byteQueue,
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
  /** Five buttons, which the fourth byte of a packet has. */
  explorer: flag,
  buttons: u8,
  /** Buttons as last reported. */
  reportedButtons: u8,
  /** Movement not reported yet: x to the right, y upwards, z towards the user. */
  x: i32,
  y: i32,
  z: i32,
  lastSent: u8,
  /** The earliest virtual time of the next packet. */
  nextSample: time,
  /** Movements and buttons from the host that the guest has not seen yet, six bytes each. */
  waiting: byteQueue,
});

export type MouseState = StateOf<typeof mouseState>;

export const controllerState = describe({
  keyboard: keyboardState,
  mouse: mouseState,
  /** The controller's RAM is 32 bytes, of which the first is the command byte. */
  ram: list(32, u8),
  status: u8,
  outputBuffer: u8,
  /** The byte in the output buffer is an answer of the controller itself. */
  isAnswer: flag,
  /** The command whose data byte comes next to port 0x60; 0 if none does. */
  command: u8,
  /** The controller's own answer that waits until a byte of a device has been read, and its bits of the status; these are 0 where none waits. */
  waitingAnswer: u8,
  waitingStatus: u8,
  a20: starting(flag, true),
  /** A break prefix (0xF0) was swallowed by the translation. */
  breakPrefix: flag,
});

export type ControllerState = StateOf<typeof controllerState>;
