/** Ctrl-A, as on QEMU's multiplexed consoles, unless -echr names another key. */
export const usualEscapeKey = 0x01;
const CONTROL_C = 0x03;

/** A command to the emulator by a key. */
export type ConsoleCommand = 'exit' | 'help' | 'monitor';

const commands: Readonly<Record<string, ConsoleCommand>> = { x: 'exit', h: 'help', '?': 'help', c: 'monitor' };

export const escapeHelp = helpWith(usualEscapeKey, true);

/** Rows of the help on the console: the keys of each command to the emulator, and its effect. */
export function escapeRows(key: number, hasMonitor: boolean): (readonly [typed: string, help: string])[] {
  const name = keyName(key);
  return [
    [`${name} h`, 'show this help'],
    [`${name} x`, 'leave the emulator'],
    ...(hasMonitor ? [[`${name} c`, 'switch between console (or screen) and monitor'] as const] : []),
    [`${name} ${name}`, `send ${name} to the guest`],
  ];
}

function helpWith(key: number, hasMonitor: boolean): string {
  const width = 2 * keyName(key).length + 3;
  return escapeRows(key, hasMonitor)
    .map(([typed, what]) => `${typed.padEnd(width)}${what}`)
    .join('\n');
}

/** The name of a control character, such as Ctrl-A. */
function keyName(key: number): string {
  return key < 0x20 ? `Ctrl-${String.fromCharCode(key + 0x40)}` : String.fromCharCode(key);
}

export interface TerminalSize {
  readonly rows: number;
  readonly columns: number;
}

/** The settings that the help depends on. */
export interface HelpSettings {
  readonly size: TerminalSize | undefined;
  /** There is a monitor to switch to. */
  readonly hasMonitor: boolean;
  /** The character that begins a command. */
  readonly escapeKey: number;
}

/** The help, and how the guest learns a terminal's size: the serial line does not carry it. */
export function helpFor({ size, hasMonitor, escapeKey }: HelpSettings): string {
  const help = helpWith(escapeKey, hasMonitor);
  if (!size) return help;
  const { rows, columns } = size;
  return `${help}

This terminal has ${rows} rows and ${columns} columns. To tell a Linux guest, type in it: stty rows ${rows} cols ${columns}`;
}

/** Parts of what was typed, in order: bytes for the guest, and commands for the emulator. */
export type Typed = Uint8Array | ConsoleCommand;

/** Tells what is typed for the emulator from what is typed for the guest. */
export interface KeyFilter {
  split(bytes: Uint8Array): Typed[];
}

/** The escape key starts a command; the key after it may come later. An unknown one is dropped. */
export class EscapeFilter implements KeyFilter {
  readonly #key: number;
  #escaped = false;

  constructor(key: number) {
    this.#key = key;
  }

  split(bytes: Uint8Array): Typed[] {
    const parts: Typed[] = [];
    let start = 0;
    bytes.forEach((byte, index) => {
      if (this.#escaped) {
        this.#escaped = false;
        // The second of two is the first of what goes to the guest, also where it is a command's letter.
        const isDoubled = byte === this.#key;
        start = isDoubled ? index : index + 1;
        const command = isDoubled ? undefined : commands[String.fromCharCode(byte)];
        if (command) parts.push(command);
      } else if (byte === this.#key) {
        if (index > start) parts.push(bytes.subarray(start, index));
        this.#escaped = true;
      }
    });
    if (!this.#escaped && start < bytes.length) parts.push(bytes.subarray(start));
    return parts;
  }
}

/** Ctrl-C leaves the emulator; all else is for the guest. */
export class InterruptFilter implements KeyFilter {
  split(bytes: Uint8Array): Typed[] {
    const end = bytes.indexOf(CONTROL_C);
    if (end < 0) return [bytes];
    return end > 0 ? [bytes.subarray(0, end), 'exit'] : ['exit'];
  }
}
