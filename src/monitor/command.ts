import type { Machine } from '../machine/machine.ts';
import type { Examine } from '../machine/types.ts';
import type { Arguments, Parameter } from './arguments.ts';
import { MonitorError } from './error.ts';
import type { MonitorOptions } from './monitor.ts';
import type { TextCursor } from './text-cursor.ts';

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
