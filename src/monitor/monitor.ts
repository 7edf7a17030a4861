import type { ImageFile } from '../machine/block-nodes.ts';
import type { CharacterDevices } from '../machine/character-devices.ts';
import type { Machine } from '../machine/machine.ts';
import type { MigrationChannel } from '../migration/channel.ts';
import { checkString } from '../options/checks.ts';
import type { ListenAddress } from '../options/listen-address.ts';
import { messageOf } from '../util/errors.ts';
import type { VncControl } from '../vnc/control.ts';
import type { ArgumentContext } from './arguments.ts';
import { readArguments } from './arguments.ts';
import { type ChosenProcessor, type CommandContext, type FoundCommand, findCommand } from './command.ts';
import { commands } from './commands.ts';
import { MonitorError } from './error.ts';
import type { RegisterValues } from './expression.ts';
import { FormatSettings } from './memory-format.ts';
import { registerValues } from './registers.ts';
import { TextCursor } from './text-cursor.ts';

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
