import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type Machine, openChannel } from '../../src/index.ts';
import { type Bounds, type Figure, hostTime, within } from './figures.ts';

/** It writes memory and the serial port all the time. */
const BUSY = 'i=0; while true; do i=$((i+1)); echo $i; dd if=/dev/urandom of=/tmp/x bs=4k count=16 2>/dev/null; done\n';

async function told(child: ChildProcess, name: string): Promise<number> {
  for (;;) {
    const [message] = (await once(child, 'message')) as [Record<string, number>];
    if (message[name] !== undefined) return message[name];
  }
}

/** How long the guest stood still, as this program sees it and as the migration tells, and how long all of it took. */
interface Move {
  readonly stop: number;
  readonly told: number;
  readonly total: number;
}

/** Moves a fork of a machine to another process while its guest computes and writes. */
async function move(machine: Machine): Promise<Move> {
  await using busy = await machine.fork();
  await busy.start();
  busy.serial.write(BUSY);
  await busy.serial.expect(/\n20\r\n/);
  const child = fork(join(import.meta.dirname, 'destination.ts'));
  const port = await told(child, 'port');
  const goesOn = told(child, 'goesOn');
  let stopped = 0;
  busy.on('paused', () => {
    stopped = hostTime();
  });
  await busy.migration.send(openChannel(`tcp:127.0.0.1:${port}`));
  const { downtime, totalTime } = busy.migration.statistics!;
  const stop = (await goesOn) - stopped;
  child.send('end');
  await once(child, 'exit');
  return { stop, told: downtime, total: totalTime };
}

export async function moved(machine: Machine, bounds: Bounds): Promise<Figure[]> {
  const moves: Move[] = [];
  for (const _ of within(bounds)) moves.push(await move(machine));
  return [
    { name: 'stop of a migration', values: moves.map(({ stop }) => stop) },
    { name: 'stop, as it tells', values: moves.map(({ told }) => told) },
    { name: 'migration', values: moves.map(({ total }) => total) },
  ];
}
