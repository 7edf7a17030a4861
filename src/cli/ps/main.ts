import { ConfigurationError, type RunningMachine, runningMachines } from '../../index.ts';
import { print } from '../print.ts';
import type { Task } from '../program.ts';
import { machinesTable } from './table.ts';

const HELP = `Usage: rawiron ps [--json]

The machines of this user that run on this host: name, process, how long they
are there, memory, state, and where their monitors and other sockets are.
--json: as a list, with times in seconds and memory in bytes.
`;

/**
 * Parses the arguments of `rawiron ps …`.
 * @throws ConfigurationError for an unknown option
 */
export function parsePs(args: readonly string[]): Task {
  if (args.some((word) => ['--help', '-help', '-h'].includes(word))) return () => print(HELP);
  const unknown = args.find((word) => word !== '--json' && word !== '-json');
  if (unknown !== undefined) throw new ConfigurationError(`ps: unexpected argument '${unknown}'; ps --help says more`);
  return () => print(psText(args.length > 0, Date.now()));
}

function psText(isJson: boolean, now: number): string {
  const machines = runningMachines();
  if (!isJson) return machinesTable(machines, now);
  return `${JSON.stringify(
    machines.map((machine) => told(machine, now)),
    null,
    2,
  )}\n`;
}

function told({ started, ...machine }: RunningMachine, now: number): object {
  return { ...machine, started: new Date(started).toISOString(), uptime: Math.max(0, now - started) / 1000 };
}
