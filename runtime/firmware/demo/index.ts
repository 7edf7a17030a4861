import { assemble } from '../assembler/index.ts';
import { boot, bss } from './source/boot.ts';
import { commands } from './source/commands.ts';
import { interrupts } from './source/interrupts.ts';
import { serial } from './source/serial.ts';
import { shell } from './source/shell.ts';

/** Where the demo guest finds the machine's parts. */
export interface DemoOptions {
  /** First port of the UART of its console; it must interrupt by IRQ 4. Default 0x3F8. */
  readonly serialPort?: number;
  /** ACPI PM1a control port, and what powers off when written there (SLP_EN and SLP_TYP of S5). Default 0x604, 0x2000. */
  readonly powerOffPort?: number;
  readonly powerOffValue?: number;
}

/** The demo guest's text, for an assembler. */
const demoSource: string = [boot, interrupts, serial, shell, commands, bss].join('\n');

/**
 * The built-in demo guest: a small system of our own, as a Multiboot kernel. Protected mode with paging (it runs at
 * C0100000h), timer at 100 Hz, a prompt on COM1 with some commands. Needs about 2 MB of memory.
 */
export function buildDemo(options: DemoOptions = {}): Uint8Array {
  const { serialPort = 0x3f8, powerOffPort = 0x604, powerOffValue = 0x2000 } = options;
  const symbols = { SERIAL_PORT: serialPort, POWER_OFF_PORT: powerOffPort, POWER_OFF_VALUE: powerOffValue };
  return assemble(demoSource, { symbols }).bytes;
}
