/**
 * A machine that moves between processes while its guest runs: this program starts itself once more, and sends the machine there.
 * A path of a Unix socket as its argument makes it the one that waits.
 */
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { awaitChannel, Machine, openChannel } from 'rawiron';

if (process.argv[2] === undefined) await leave();
else await arrive(process.argv[2]);

async function leave(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'move-'));
  const path = join(folder, 'socket');
  const machine = await Machine.create({ memory: 16, boot: { demo: true } });
  await machine.start();
  await machine.serial.expect(/demo> $/);
  machine.serial.write('echo half a line');

  const other = fork(import.meta.filename, [path], { execArgv: process.execArgv });
  const ended = new Promise((resolve) => other.once('exit', resolve));
  await new Promise((resolve) => other.once('message', resolve));
  console.log('The first process sends the machine.');
  await machine.migration.send(openChannel(`unix:${path}`));
  await ended;
  await machine.stop();
  rmSync(folder, { recursive: true });
}

async function arrive(path: string): Promise<void> {
  const { channel } = await awaitChannel(`unix:${path}`);
  process.send?.('waiting');
  const machine = await Machine.receive(await channel);
  await machine.start();
  machine.serial.write(', and the other half\r');
  const [, line] = await machine.serial.expect(/\r\n(.*)\r\n/);
  console.log(`In the second process the guest says: ${line}`);
  await machine.stop();
  process.disconnect?.();
}
