import type { Machine } from '../machine/machine.ts';
import { checkString } from '../util/checks.ts';
import { messageOf } from '../util/errors.ts';
import type { ArgumentContext } from './arguments.ts';
import { readArguments } from './arguments.ts';
import {
  type ChosenProcessor,
  type CommandContext,
  type FoundCommand,
  findCommand,
  type MonitorOptions,
} from './command.ts';
import { commands } from './commands.ts';
import { MonitorError } from './error.ts';
import type { RegisterValues } from './expression.ts';
import { FormatSettings } from './memory-format.ts';
import { registerValues } from './registers.ts';
import { TextCursor } from './text-cursor.ts';

/** QEMU's human monitor: commands in, text out. */
export class Monitor {
  readonly #machine: Machine;
  readonly #options: MonitorOptions;
  readonly #formats = new FormatSettings();
  readonly #processor: ChosenProcessor = { number: 0 };
  #hasQuit = false;

  constructor(machine: Machine, options: MonitorOptions) {
    this.#machine = machine;
    this.#options = {
      ...options,
      quit: () => {
        this.#hasQuit = true;
        options.quit();
      },
    };
  }

  /** Nothing comes after `quit`. */
  get hasQuit(): boolean {
    return this.#hasQuit;
  }

  /** The first line of a session. */
  get greeting(): string {
    return `rawiron ${this.#options.version} monitor - type 'help' for more information`;
  }

  /**
   * Does what a line says. Resolves with the answer, lines that end with a line feed each; never rejects.
   * @param processor the one that it is about; left out: that which earlier lines have chosen
   */
  async execute(
    line: string,
    history: readonly string[] = [],
    processor: ChosenProcessor = this.#processor,
  ): Promise<string> {
    checkString('the line', line);
    const cursor = new TextCursor(line);
    try {
      const found = findCommand(commands, cursor);
      return found ? await this.#run(found, cursor, this.#context(history, processor)) : '';
    } catch (error) {
      return error instanceof MonitorError ? `${error.message}\n` : `Error: ${messageOf(error)}\n`;
    }
  }

  #context(history: readonly string[], processor: ChosenProcessor): CommandContext {
    const { examine } = this.#machine.processor(processor.number);
    return { machine: this.#machine, options: this.#options, processor, examine, history, commands };
  }

  async #run({ command, path }: FoundCommand, cursor: TextCursor, context: CommandContext): Promise<string> {
    const names = command.names.join('|');
    const needed: ArgumentContext = {
      names,
      registers: await registersFor(cursor.rest, context),
      formats: this.#formats,
    };
    try {
      return (await command.run(readArguments(cursor, command.parameters, needed), context)) ?? '';
    } catch (error) {
      if (error instanceof MonitorError && error.isUsage)
        throw new MonitorError(`${error.message}\nTry "help ${path}" for more information`);
      throw error;
    }
  }

  /** Completions of the text before the cursor: words in place of its last one. */
  async complete(text: string): Promise<readonly string[]> {
    checkString('the text', text);
    const words = text.trimStart().split(/\s+/);
    const last = words.at(-1)!;
    const candidates = this.#candidates(words.slice(0, -1));
    return candidates.filter((name) => name.startsWith(last)).sort();
  }

  #candidates(before: readonly string[]): string[] {
    const [first] = before;
    if (first === undefined) return commands.flatMap(({ names }) => names);
    const command = commands.find(({ names }) => names.includes(first));
    if (command?.parts && before.length === 1) return command.parts.flatMap(({ names }) => names);
    if (first === 'help' || first === '?') return this.#candidates(before.slice(1));
    const type = command?.parameters.filter((parameter) => parameter.type !== 'flag')[before.length - 1]?.type;
    return type === 'drive' ? this.#machine.drives.map(({ label }) => label) : [];
  }
}

/** Only expressions that name one need them. */
async function registersFor(text: string, { examine }: CommandContext): Promise<RegisterValues> {
  return text.includes('$') ? registerValues(await examine('registers')) : {};
}
