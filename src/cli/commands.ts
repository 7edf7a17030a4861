/** A word that may come first. Help, completion and the documents come from its row; `parsers` (program.ts) has what reads it. */
export interface ProgramCommand {
  readonly name: string;
  /** The arguments behind it, as the help shows them. */
  readonly argument: string;
  /** A description, short enough for a line of the help. */
  readonly help: string;
  /** All else that there is to say about it, in sentences: of commands whose `--help` is not their own. */
  readonly details?: string;
  /** The words behind it are flags of a machine, and it is the action of its settings. */
  readonly takesFlags?: true;
  /** Its options, for completion, if it has neither flags of a machine nor commands of its own. */
  readonly options?: readonly string[];
}

const rows = [
  {
    name: 'start',
    argument: '[FLAGS]',
    help: "boot Debian's kernel and busybox",
    details: 'Both are got through apt, and kept. Where there is no apt, the small system of demo is booted.',
    takesFlags: true,
  },
  { name: 'demo', argument: '[FLAGS]', help: 'boot the small system that is built in', takesFlags: true },
  {
    name: 'container',
    argument: 'COMMAND',
    help: 'run a container image in a machine of its own',
    options: ['--help'],
  },
  {
    name: 'debian',
    argument: '[DISK]',
    help: 'make a disk with Debian, and boot it',
    options: ['--size', '--release', '--packages', '--user', '--key', '--hostname', '--share', '--help'],
  },
  {
    name: 'image',
    argument: 'COMMAND',
    help: 'make, show, copy, check and resize disk images',
    options: ['--help'],
  },
  { name: 'inspect', argument: 'COMMAND', help: 'look into a running machine and its translations' },
  { name: 'profile', argument: '[FLAGS]', help: "where a machine's time goes" },
  {
    name: 'ps',
    argument: '[--json]',
    help: 'the machines that run on this host',
    options: ['--json', '--help'],
  },
  {
    name: 'pack',
    argument: 'FOLDER NEW-FOLDER',
    help: 'make a folder ready to be shared by a web server',
    options: ['--zstd', '--help'],
  },
  { name: 'completion', argument: 'SHELL', help: 'what completes these words in bash, zsh or fish' },
  { name: 'help', argument: '[TOPIC]', help: 'show help, or all about a command, group or flag' },
] as const satisfies readonly ProgramCommand[];

/** Names of commands that read the words behind them by themselves. */
export type ParsedCommand = Exclude<(typeof rows)[number], { takesFlags: true }>['name'];

export const programCommands: readonly ProgramCommand[] = rows;
export const commandNames: readonly string[] = rows.map(({ name }) => name);

/** Commands whose words describe a machine. */
export const actionNames: readonly string[] = programCommands
  .filter(({ takesFlags }) => takesFlags)
  .map(({ name }) => name);

export function findCommand(name: string | undefined): ProgramCommand | undefined {
  return programCommands.find((command) => command.name === name);
}

export function isParsedCommand(name: string | undefined): name is ParsedCommand {
  const command = findCommand(name);
  return command !== undefined && !command.takesFlags;
}
