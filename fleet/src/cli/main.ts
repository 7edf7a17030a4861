import { FleetError } from '../error.ts';
import { devCommand, devFlags } from './dev.ts';
import { imageCommand, imageFlags } from './image.ts';
import { runCommand, runFlags } from './run.ts';
import type { Flags } from './settings.ts';
import { workerCommand, workerFlags } from './worker.ts';

interface Command {
  readonly usage: string;
  readonly help: string;
  readonly flags: Flags;
  run(args: readonly string[]): Promise<number>;
}

const commands: Readonly<Record<string, Command>> = {
  dev: {
    usage: 'dev',
    help: 'a fleet for trying out: a Redis of its own and a worker',
    flags: devFlags,
    run: devCommand,
  },
  worker: { usage: 'worker', help: 'works on jobs', flags: workerFlags, run: workerCommand },
  run: { usage: 'run [JOB.ts]', help: 'submits jobs, and prints their results', flags: runFlags, run: runCommand },
  image: {
    usage: 'image add NAME FILE | list | rm NAME',
    help: 'snapshots that jobs go on from',
    flags: imageFlags,
    run: imageCommand,
  },
};

function helpOf({ usage, help, flags }: Command): string {
  const rows = Object.entries(flags).map(([name, { value, help }]) => [`--${name}${value ? ` ${value}` : ''}`, help]);
  return `rawiron-fleet ${usage}\n    ${help}\n${rows.map(([flag, text]) => `    ${flag!.padEnd(20)} ${text}\n`).join('')}`;
}

async function main([name = '--help', ...args]: readonly string[]): Promise<number> {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (name === '--help' || (command && args.includes('--help'))) {
    process.stdout.write((command ? [command] : Object.values(commands)).map(helpOf).join('\n'));
    return 0;
  }
  if (command === undefined) throw new FleetError(`unknown command '${name}'; rawiron-fleet --help says more`);
  return await command.run(args);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(
    `rawiron-fleet: ${error instanceof FleetError ? error.message : ((error as Error).stack ?? error)}\n`,
  );
  process.exitCode = 2;
}
