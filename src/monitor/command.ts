import type { ImageFile } from '../machine/block-nodes.ts';
import type { CharacterDevices } from '../machine/character-devices.ts';
import type { Machine } from '../machine/machine.ts';
import type { Examine } from '../machine/types.ts';
import type { MigrationChannel } from '../migration/channel.ts';
import type { ListenAddress } from '../options/listen-address.ts';
import type { VncControl } from '../vnc/control.ts';
import type { Arguments, Parameter } from './arguments.ts';
import { MonitorError } from './error.ts';
import type { TextCursor } from './text-cursor.ts';

/** Options of a monitor, which depend on the program around it. */
export interface MonitorOptions {
  /** The version that `info version` tells. */
  readonly version: string;
  /** The name that `info name` tells. */
  readonly name?: string | undefined;
  /** The ID that `info cpus` tells. */
  readonly processId: number;
  /** The backends of the machine's character devices. */
  readonly characterDevices?: CharacterDevices | undefined;
  /** The name of what sound goes to (`-audiodev`). Absent: it has any. */
  readonly audiodev?: string | undefined;
  /** Ids of devices that stay, which no other may have; those of drives are known anyway. */
  readonly deviceIds?: readonly string[] | undefined;
  /** The server for VNC viewers. */
  readonly vnc?: VncControl | undefined;
  /** Writes these bytes one after the other. Rejects with the system's reason, or with what they throw. */
  writeFile(path: string, pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<void>;
  /** Describes the file of an image. Rejects with the system's reason. Absent: files are not looked for. */
  imageFile?(path: string): Promise<ImageFile>;
  /** Lets gdb attach there, and nowhere else; null: nowhere. Absent: it cannot. Rejects with a reason. */
  listenForGdb?(address: ListenAddress | null): Promise<void>;
  /** Opens the way to where a machine is to go (src/migration). Absent: it cannot. Rejects with a reason. */
  openChannel?(uri: string, cancelled: AbortSignal): Promise<MigrationChannel>;
  /** Waits for a machine there. Absent: it cannot. Rejects with a reason if it cannot listen. */
  awaitChannel?(uri: string): Promise<{ readonly channel: Promise<MigrationChannel> }>;
  /** `quit`. */
  quit(): void;
}

/** A choice that lasts as long as who has made it. */
export interface ChosenProcessor {
  /** Its place among them, from 0 on. */
  number: number;
}

/** The parts that a command works on. */
export interface CommandContext {
  readonly machine: Machine;
  readonly options: MonitorOptions;
  /** Which one commands are about. */
  readonly processor: ChosenProcessor;
  /** Asks of that one. */
  readonly examine: Examine;
  /** Lines that were entered, oldest first. */
  readonly history: readonly string[];
  readonly commands: readonly Command[];
}

/** A row of the monitor's table. */
export interface Command {
  /** The first is the one that errors name. */
  readonly names: readonly string[];
  /** As help shows them. */
  readonly usage: string;
  readonly help: string;
  readonly parameters: readonly Parameter[];
  /** Commands of the second word. Without one the command itself is run. */
  readonly parts?: readonly Command[];
  /** The answer, lines that end with a line feed each; none: there is nothing to say. */
  run(args: Arguments, context: CommandContext): Promise<string> | Promise<void> | string;
}

/** A command, and its name as it was typed. */
export interface FoundCommand {
  readonly command: Command;
  readonly path: string;
}

/**
 * Reads the name of a command, and that of its part if it has parts. Null: there is none.
 * @throws MonitorError for one that is not known
 */
export function findCommand(commands: readonly Command[], cursor: TextCursor, before = ''): FoundCommand | null {
  cursor.skipSpaces();
  const name = cursor.take(/[^\s/;]*/y)!;
  if (name === '') return null;
  const path = before + name;
  const command = commands.find(({ names }) => names.includes(name));
  if (command === undefined) throw new MonitorError(`unknown command: '${path}'`);
  return (command.parts && findCommand(command.parts, cursor, `${path} `)) ?? { command, path };
}

/** A line of help. */
export function helpLine({ names, usage, help }: Command, before = ''): string {
  return `${before}${names.join('|')} ${usage} -- ${help}\n`;
}

/** Help for all of them. */
export function helpLines(commands: readonly Command[], before = ''): string {
  const sorted = commands.toSorted((a, b) => (a.names[0] < b.names[0] ? -1 : 1));
  return sorted.map((command) => helpLine(command, before)).join('');
}
