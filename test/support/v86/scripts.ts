import type { V86, V86Options } from '../../../src/node/v86.ts';
import { KEYS, PEEKED, talkingFloppy } from './floppy.ts';

/** The class of emulators: v86's, or the one that has its place. */
export type EmulatorClass = new (options: V86Options) => Emulator;

/** The members that both have; v86 gives memory at once. */
export type Emulator = Omit<V86, 'read_memory' | 'machine'> & {
  read_memory(offset: number, length: number): Uint8Array | Promise<Uint8Array>;
};

/** An emulator with what COM1 has sent so far. */
export interface Guest {
  readonly emulator: Emulator;
  text(): string;
  /** Waits until COM1 has sent something that ends so; all that it has sent since the call before. */
  until(end: string): Promise<string>;
}

const INTERVAL = 20;
/** Between keys, in milliseconds. */
const DELAY = 40;
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Listens to an emulator's first serial port. */
export function listen(emulator: Emulator): Guest {
  let text = '';
  let read = 0;
  emulator.add_listener('serial0-output-byte', (byte) => {
    text += String.fromCharCode(byte);
  });
  return {
    emulator,
    text: () => text,
    async until(end) {
      for (;;) {
        const at = text.indexOf(end, read);
        if (at >= 0) {
          const from = read;
          read = at + end.length;
          return text.slice(from, read);
        }
        await pause(INTERVAL);
      }
    },
  };
}

/** A script that is the same for both classes, and what has become of it. */
type Script = (guest: Guest) => Promise<unknown>;

const lines = (emulator: Emulator) => emulator.screen_adapter.get_text_screen().map((line) => line.trimEnd());

/** Scripts for the guest of `talkingFloppy`, which has printed its prompt. */
export const scripts: Readonly<Record<string, Script>> = {
  'text, scancodes and key codes are typed': async ({ emulator, until }) => {
    // What is typed at once is more than v86's keyboard keeps.
    await emulator.keyboard_send_text('Hello, World: 1+2=3?\n', DELAY);
    const typed = await until('?\r\n');
    await emulator.keyboard_send_scancodes([0x1e, 0x9e, 0xe0, 0x48, 0xe0, 0xc8, 0x2a, 0x30, 0xb0, 0xaa], DELAY);
    const scanned = await until('B');
    await emulator.keyboard_send_keys([67, 49], DELAY);
    const pressed = await until('c1');
    await emulator.wait_until_vga_screen_contains(['ready> Hello, World: 1+2=3?', /^a48Bc1$/]);
    const kept = [...(await emulator.read_memory(KEYS, 25))];
    return { typed, scanned, pressed, kept, screen: lines(emulator) };
  },

  'the serial port takes text and bytes': async ({ emulator, until }) => {
    emulator.serial0_send('Az\xff');
    const text = await until('<ff>');
    emulator.serial_send_bytes(0, Uint8Array.of(0, 1, 128));
    return [text, await until('<80>')];
  },

  'memory is written and read': async ({ emulator, until }) => {
    emulator.write_memory([0x5a, 1, 2], PEEKED);
    const read = [...(await emulator.read_memory(PEEKED, 3))];
    emulator.keyboard_send_scancodes([0x1d, 0x19, 0x99, 0x9d]);
    return [read, await until('5a')];
  },

  'floppies are changed and taken out': async ({ emulator, until }) => {
    const readSector = () => emulator.keyboard_send_scancodes([0x1d, 0x13, 0x93, 0x9d]);
    readSector();
    const first = await until('label-01');
    await emulator.set_fda({ buffer: talkingFloppy('label-02').buffer });
    readSector();
    const second = await until('label-02');
    await emulator.eject_fda();
    readSector();
    return [first, second, await until('cannot read')];
  },

  'a state is saved, and gone back to': async ({ emulator, until }) => {
    emulator.keyboard_send_text('before');
    await until('before');
    const state = await emulator.save_state();
    emulator.keyboard_send_text(' and after');
    await until('after');
    await emulator.restore_state(state);
    emulator.keyboard_send_text('!');
    await emulator.wait_until_vga_screen_contains('ready> before!');
    const kept = [...(await emulator.read_memory(KEYS, 7))];
    return [state instanceof ArrayBuffer, kept];
  },

  'it stops, goes on and starts again': async ({ emulator, until }) => {
    const told: string[] = [];
    for (const name of ['emulator-started', 'emulator-stopped'] as const)
      emulator.add_listener(name, () => told.push(`${name} ${emulator.is_running()}`));
    await emulator.stop();
    await emulator.run();
    emulator.keyboard_send_text('on');
    const text = await until('on');
    emulator.restart();
    return [told, text, (await until('ready> ')).endsWith('ready> '), emulator.is_running()];
  },

  'characters are told as they come to the screen': async ({ emulator, until }) => {
    const cells = new Map<string, string>();
    const listener = ([row, column, code]: [number, number, number]) =>
      void cells.set(`${row} ${column}`, String.fromCharCode(code));
    await emulator.wait_until_vga_screen_contains(/^ready>/);
    emulator.add_listener('screen-put-char', listener);
    emulator.keyboard_send_text('xyz');
    await until('xyz');
    await emulator.wait_until_vga_screen_contains(['ready> xyz']);
    while (cells.size < 3) await pause(INTERVAL);
    emulator.remove_listener('screen-put-char', listener);
    emulator.keyboard_send_text('w');
    await emulator.wait_until_vga_screen_contains(/xyzw/);
    const isMissing = await emulator.wait_until_vga_screen_contains('xyz', { timeout_msec: 300 });
    return [['0 7', '0 8', '0 9'].map((place) => cells.get(place)), cells.has('0 10'), isMissing];
  },
};

/** Runs a script with a class, from the guest's prompt on. */
export async function run(Emulator: EmulatorClass, options: V86Options, script: Script): Promise<unknown> {
  const emulator = new Emulator({
    ...{ fda: { buffer: talkingFloppy().buffer }, memory_size: 16 << 20, vga_memory_size: 2 << 20 },
    ...{ autostart: true, disable_speaker: true, network_relay_url: 'ws://127.0.0.1:9/', log_level: 0 },
    ...options,
  });
  const guest = listen(emulator);
  try {
    await guest.until('ready> ');
    await emulator.wait_until_vga_screen_contains('ready>');
    return await script(guest);
  } finally {
    await emulator.destroy();
  }
}
