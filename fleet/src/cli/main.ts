import { FleetError } from '../error.ts';
import { cleanCommand, cleanFlags } from './clean.ts';
import { consoleCommand, consoleFlags } from './console.ts';
import { devCommand, devFlags } from './dev.ts';
import { adoptCommand, adoptFlags, leaseCommand, leaseFlags } from './fleet.ts';
import { gatewayCommand, gatewayFlags } from './gateway.ts';
import { hostCommand, hostFlags } from './host.ts';
import { imageCommand, imageFlags } from './image.ts';
import {
  cloneCommand,
  drainCommand,
  machineFlags,
  moveCommand,
  psCommand,
  psFlags,
  resumeCommand,
  snapshotCommand,
  startCommand,
  startFlags,
  stopCommand,
  suspendCommand,
  undrainCommand,
} from './machines.ts';
import { runCommand, runFlags } from './run.ts';
import type { Flags } from './settings.ts';
import { tenantCommand, tenantFlags, tokenCommand, tokenFlags } from './tenants.ts';
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
    help: 'a fleet for trying out: a Redis of its own, a worker, a host and a gateway',
    flags: devFlags,
    run: devCommand,
  },
  worker: { usage: 'worker', help: 'works on jobs', flags: workerFlags, run: workerCommand },
  run: { usage: 'run [JOB.ts]', help: 'submits jobs, and prints their results', flags: runFlags, run: runCommand },
  host: { usage: 'host', help: 'runs machines that stay', flags: hostFlags, run: hostCommand },
  start: { usage: 'start NAME', help: 'starts a machine that stays', flags: startFlags, run: startCommand },
  ps: { usage: 'ps', help: 'shows machines and hosts', flags: psFlags, run: psCommand },
  console: {
    usage: 'console NAME',
    help: "joins the terminal and a machine's COM1",
    flags: consoleFlags,
    run: consoleCommand,
  },
  gateway: {
    usage: 'gateway',
    help: 'gives the fleet over HTTP and WebSocket, and has the ports of machines',
    flags: gatewayFlags,
    run: gatewayCommand,
  },
  snapshot: {
    usage: 'snapshot NAME IMAGE',
    help: 'makes an image of a machine, which runs on',
    flags: machineFlags,
    run: snapshotCommand,
  },
  suspend: {
    usage: 'suspend NAME',
    help: 'puts a machine into the store, and takes it from its host',
    flags: machineFlags,
    run: suspendCommand,
  },
  resume: { usage: 'resume NAME', help: 'lets a machine go on', flags: machineFlags, run: resumeCommand },
  move: {
    usage: 'move NAME HOST',
    help: 'moves a machine that runs to another host',
    flags: machineFlags,
    run: moveCommand,
  },
  drain: {
    usage: 'drain HOST',
    help: 'moves all machines of a host to others; it takes no more',
    flags: machineFlags,
    run: drainCommand,
  },
  undrain: { usage: 'undrain HOST', help: 'lets a host take machines again', flags: machineFlags, run: undrainCommand },
  lease: {
    usage: 'lease [SECONDS]',
    help: 'how long a host may be silent before others take its machines, for all of them',
    flags: leaseFlags,
    run: leaseCommand,
  },
  adopt: {
    usage: 'adopt',
    help: 'puts records of machines back that Redis has lost, from hosts and the store',
    flags: adoptFlags,
    run: adoptCommand,
  },
  clone: {
    usage: 'clone NAME NEW',
    help: 'makes a second machine, which goes on from where the first one is',
    flags: machineFlags,
    run: cloneCommand,
  },
  stop: { usage: 'stop NAME', help: 'ends a machine, and removes it', flags: machineFlags, run: stopCommand },
  clean: {
    usage: 'clean',
    help: 'removes pieces of snapshots that nothing needs any more',
    flags: cleanFlags,
    run: cleanCommand,
  },
  tenant: {
    usage: 'tenant set NAME | list | rm NAME',
    help: 'those who have machines of their own, and how many they may have',
    flags: tenantFlags,
    run: tenantCommand,
  },
  token: {
    usage: 'token create | list | revoke ID',
    help: 'gives rights at a gateway',
    flags: tokenFlags,
    run: tokenCommand,
  },
  image: {
    usage: 'image add NAME FILE | list | rm NAME',
    help: 'snapshots that jobs and machines go on from',
    flags: imageFlags,
    run: imageCommand,
  },
};

function helpOf({ usage, help, flags }: Command): string {
  const rows = Object.entries(flags).map(([name, { value, help }]) => [`--${name}${value ? ` ${value}` : ''}`, help]);
  return `rawiron-fleet ${usage}\n    ${help}\n${rows.map(([flag, text]) => `    ${flag!.padEnd(20)} ${text}\n`).join('')}`;
}

/** All commands, a line each. */
function overview(): string {
  const all = Object.values(commands);
  const width = Math.max(...all.map(({ usage }) => usage.length));
  const lines = all.map(({ usage, help }) => `  ${usage.padEnd(width)}  ${help}\n`).join('');
  return `Usage: rawiron-fleet COMMAND\n\n${lines}\n'rawiron-fleet COMMAND --help' shows its flags, 'rawiron-fleet --help all' those of all\n`;
}

async function main([name = '--help', ...args]: readonly string[]): Promise<number> {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (name === '--help' || (command && args.includes('--help'))) {
    const isAll = command === undefined && args[0] === 'all';
    const sections = command ? [command] : Object.values(commands);
    process.stdout.write(command || isAll ? sections.map(helpOf).join('\n') : overview());
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
