import { randomBytes } from 'node:crypto';
import { Machine } from 'rawiron';
import type { DebianLinux } from '../../../src/node/linux/debian.ts';
import { LinuxShell } from '../../../test/support/linux-shell.ts';
import { putImage } from '../../src/images.ts';
import { FleetMachines } from '../../src/machines/machines.ts';
import { SnapshotStore } from '../../src/pieces.ts';
import type { ObjectStore } from '../../src/store.ts';
import type { TestFleet } from './fleet.ts';

/** The room that many suspended machines of one image take. */
export interface SuspendedFigures {
  readonly machines: number;
  /** Bytes of the store with the image alone, and with all machines. */
  readonly image: number;
  readonly all: number;
  /** Bytes of a snapshot of one machine, compressed as a whole. */
  readonly full: number;
  /** Milliseconds from asking for a machine until it runs, and until its shell has answered. */
  readonly resumes: readonly number[];
  readonly answers: readonly number[];
}

/** Suspends many machines with Linux that have each done something, and resumes some. A host must be there. */
export async function suspendMany(
  fleet: TestFleet,
  store: ObjectStore,
  linux: DebianLinux,
  count: number,
): Promise<SuspendedFigures> {
  {
    await using shell = await LinuxShell.boot(linux, 'translator', 'quiet cryptomgr.notests');
    await shell.machine.pause();
    await putImage(store, 'linux', await shell.machine.snapshot());
  }
  const image = await bytesOf(store);
  await using machines = new FleetMachines(fleet.connect, store);
  const names = Array.from({ length: count }, (_, n) => `linux-${n}`);
  for (const name of names) {
    await machines.start(name, { image: 'linux', every: 0 });
    await machines.running(name);
    await ask(machines, name, `echo ${name} >/tmp/name; ls -l / | md5sum`);
    await machines.suspend(name);
  }
  const all = await bytesOf(store);
  const [resumes, answers]: [number[], number[]] = [[], []];
  for (const name of names.filter((_, n) => n % Math.ceil(count / 10) === 0)) {
    const began = performance.now();
    await machines.resume(name);
    await machines.running(name);
    resumes.push(Math.round(performance.now() - began));
    await ask(machines, name, 'cat /tmp/name');
    answers.push(Math.round(performance.now() - began));
    await machines.suspend(name);
  }
  const { manifest } = await machines.find(names[0]!);
  await using machine = await Machine.restore(await new SnapshotStore(store).get(manifest));
  return { machines: count, image, all, full: (await machine.snapshot()).length, resumes, answers };
}

async function bytesOf(store: ObjectStore): Promise<number> {
  return (await store.list('')).reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Has the shell of a machine run a command, and waits for its end. */
export async function ask(machines: FleetMachines, name: string, command: string): Promise<void> {
  await using line = machines.console(name);
  const end = randomBytes(6).toString('hex');
  await line.send(Buffer.from(`${command}; echo ${end}\r`));
  let text = '';
  for await (const { bytes } of line.output('kept')) {
    text += Buffer.from(bytes).toString();
    // What is typed is echoed, after other words.
    if (text.includes(`\n${end}\r`)) return;
  }
}
