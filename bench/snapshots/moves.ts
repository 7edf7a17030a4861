import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type Machine, openChannel } from '../../src/index.ts';
import type { Figure } from './index.ts';

/** It writes memory and the serial port all the time. */
const BUSY = 'i=0; while true; do i=$((i+1)); echo $i; dd if=/dev/urandom of=/tmp/x bs=4k count=16 2>/dev/null; done\n';

async function told(child: ChildProcess, name: string): Promise<number> {
  for (;;) {
    const [message] = (await once(child, 'message')) as [Record<string, number>];
    if (message[name] !== undefined) return message[name];
  }
}

/** Moves a fork of a machine to another process while its guest computes and writes. */
async function move(machine: Machine): Promise<{ readonly downtime: number; readonly total: number }> {
  await using busy = await machine.fork();
  await busy.start();
  busy.serial.write(BUSY);
  await busy.serial.expect(/\n20\r\n/);
  const child = fork(join(import.meta.dirname, 'destination.ts'));
  const port = await told(child, 'port');
  const goesOn = told(child, 'goesOn');
  await busy.migration.send(openChannel(`tcp:127.0.0.1:${port}`));
  const { downtime, totalTime: total } = busy.migration.statistics!;
  await goesOn;
  child.send('end');
  await once(child, 'exit');
  return { downtime, total };
}

export async function moved(machine: Machine, rounds: number): Promise<Figure[]> {
  const moves: Awaited<ReturnType<typeof move>>[] = [];
  for (let round = 0; round < rounds; round++) moves.push(await move(machine));
  return [
    { name: 'stop of a migration', values: moves.map(({ downtime }) => downtime) },
    { name: 'migration', values: moves.map(({ total }) => total) },
  ];
}
