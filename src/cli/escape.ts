/** Ctrl-A, as on QEMU's multiplexed consoles. */
const CONTROL_A = 0x01;
const CONTROL_C = 0x03;

/** What a key asks of the emulator. */
export type ConsoleCommand = 'exit' | 'help' | 'monitor';

const commands: Readonly<Record<string, ConsoleCommand>> = { x: 'exit', h: 'help', '?': 'help', c: 'monitor' };

const monitorHelp = 'Ctrl-A c       switch between console (or screen) and monitor\n';

export const escapeHelp = helpWith(monitorHelp);

function helpWith(monitor: string): string {
  return `Ctrl-A h       show this help
Ctrl-A x       leave the emulator
${monitor}Ctrl-A Ctrl-A  send Ctrl-A to the guest`;
}

export interface TerminalSize {
  readonly rows: number;
  readonly columns: number;
}

/** What the help depends on. */
export interface HelpSettings {
  readonly size: TerminalSize | undefined;
  /** There is a monitor to switch to. */
  readonly hasMonitor: boolean;
}

/** The help, and how the guest learns a terminal's size: the serial line does not carry it. */
export function helpFor({ size, hasMonitor }: HelpSettings): string {
  const help = hasMonitor ? escapeHelp : helpWith('');
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

/** Ctrl-A starts a command; the key after it may come later. An unknown one is dropped. */
export class EscapeFilter implements KeyFilter {
  #escaped = false;

  split(bytes: Uint8Array): Typed[] {
    const parts: Typed[] = [];
    let start = 0;
    bytes.forEach((byte, index) => {
      if (this.#escaped) {
        this.#escaped = false;
        // The second of two Ctrl-A is the first of what goes to the guest.
        start = byte === CONTROL_A ? index : index + 1;
        const command = commands[String.fromCharCode(byte)];
        if (command) parts.push(command);
      } else if (byte === CONTROL_A) {
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
