import type { RunningMachine } from '../../index.ts';
import { printable } from '../../util/printable.ts';

const headings = ['NAME', 'PID', 'UPTIME', 'RAM', 'STATE', 'SOCKETS'];

/** Machines as lines for people. `now`: milliseconds since 1970. */
export function machinesTable(machines: readonly RunningMachine[], now: number): string {
  if (machines.length === 0) return 'no machine of a command line runs (containers and programs are not listed)\n';
  const rows = [headings, ...machines.map((machine) => rowOf(machine, now))];
  const widths = headings.map((_, n) => Math.max(...rows.map((row) => row[n]!.length)));
  const lines = rows.map((row) =>
    row
      .map((cell, n) => cell.padEnd(widths[n]!))
      .join('  ')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}

function rowOf({ name = '-', pid, started, memory, state, sockets }: RunningMachine, now: number): string[] {
  const places = sockets.map(({ kind, place }) => `${kind}=${place}`).join(' ');
  const megabytes = memory === 0 ? '-' : `${Math.round(memory / 2 ** 20)} MB`;
  return [name, `${pid}`, durationText(now - started), megabytes, state, places || '-'].map((cell) => printable(cell));
}

/** Such as 2d 3h, 3h 4m, 4m 5s or 5s. */
function durationText(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const parts = [
    `${Math.floor(seconds / 86400)}d`,
    `${Math.floor(seconds / 3600) % 24}h`,
    `${Math.floor(seconds / 60) % 60}m`,
    `${seconds % 60}s`,
  ];
  const first = parts.findIndex((part) => !part.startsWith('0'));
  return first < 0 ? '0s' : parts.slice(first, first + 2).join(' ');
}
