import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { MachineDrives } from '../../../src/drives/index.ts';
import { Machine } from '../../../src/index.ts';
import { type PipeEnd, pipe } from './pipe.ts';

const machines: Machine[] = [];
let machine: Machine;
beforeEach(async () => {
  machine = await Machine.create({
    ...{ memory: 2, vga: 'none', boot: { demo: true } },
    drives: [{ image: new Uint8Array(512), limits: { iops: 1000 } }, { media: 'cdrom' }],
  });
  machines.push(machine);
  await machine.start();
  await machine.serial.expect('demo> ');
});
afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(machines.splice(0).map((one) => one.stop()));
});

/** The machine's move; how it ends. `beforeWrite` is awaited before each of its writes. */
function moving(beforeWrite: () => unknown = () => {}) {
  const [near, far] = pipe();
  const write = near.write.bind(near);
  near.write = async (bytes) => {
    await beforeWrite();
    await write(bytes);
  };
  const sent = machine.migration.send(near).then(
    () => 'gone',
    (error: Error) => error.message,
  );
  const arrived = Machine.receive(far).then(async (other) => {
    machines.push(other);
    await other.migration.arrived;
  });
  arrived.catch(() => {});
  return { far, sent, arrived };
}

async function expectItRuns(): Promise<void> {
  machine.serial.write('bench 1\r');
  await machine.serial.expect('with 23000 primes');
}

/** A snapshot that waits for the machine's disks until it is let go on. */
function heldSnapshot() {
  const begun = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  vi.spyOn(MachineDrives.prototype, 'save').mockImplementationOnce(async function (this: MachineDrives) {
    begun.resolve();
    await goOn.promise;
    return await this.save();
  });
  return { taken: machine.snapshot(), begun: begun.promise, goOn: () => goOn.resolve() };
}

/** Resolves when the destination has taken what was sent: the guest would stand still now. */
async function afterPass(far: PipeEnd): Promise<void> {
  await vi.waitUntil(() => far.writes > 0, 60_000);
  await new Promise((resolve) => setTimeout(resolve, 500));
}

test('the guest does not stand still for a move before a snapshot of it is whole', async () => {
  const { taken, begun, goOn } = heldSnapshot();
  await begun;
  const { far, sent, arrived } = moving();
  await afterPass(far);
  expect([machine.state, machine.migration.isLeaving]).toEqual(['running', false]);
  goOn();
  await taken;
  expect(await sent).toBe('gone');
  await arrived;
});

test('a move that waits for a snapshot can be cancelled, and later ones do not wait for it', async () => {
  const { taken, begun, goOn } = heldSnapshot();
  await begun;
  const { far, sent } = moving();
  await afterPass(far);
  machine.migration.cancel();
  expect(await sent).toBe('the migration was cancelled');
  goOn();
  await taken;
  await expectItRuns();
  const second = moving();
  expect(await second.sent).toBe('gone');
  await second.arrived;
});

test('a state that is loaded while the guest stands still for a move waits for its end', async () => {
  const snapshot = await machine.snapshot();
  const ended: string[] = [];
  let loading: Promise<unknown> | undefined;
  const { sent, arrived } = moving(async () => {
    if (!machine.migration.isLeaving || loading) return;
    loading = machine.load(snapshot).then(() => ended.push('loaded'));
    await new Promise((resolve) => setTimeout(resolve, 500));
  });
  ended.push(await sent);
  await Promise.all([arrived, loading]);
  expect(ended).toEqual(['gone', 'loaded']);
});

test.each<[string, () => Promise<void>]>([
  ['a reset', () => machine.reset()],
  ['a medium', () => machine.drives[1].change(new Uint8Array(2048))],
  ['an empty drive', () => machine.drives[1].eject()],
])('%s that comes while the guest stands still for a move waits for its end', async (_, act) => {
  let acting: Promise<unknown> | undefined;
  let isDone = false;
  let wasDone: boolean | undefined;
  const { sent, arrived } = moving(async () => {
    if (!machine.migration.isLeaving || acting) return;
    acting = act()
      // The drives of a machine that is gone are not to be had.
      .catch(() => {})
      .then(() => {
        isDone = true;
      });
    await new Promise((resolve) => setTimeout(resolve, 500));
    wasDone = isDone;
  });
  expect(await sent).toBe('gone');
  await Promise.all([arrived, acting]);
  expect([wasDone, isDone]).toEqual([false, true]);
});

test('a move can be cancelled while the drives do not answer, and the guest runs on', async () => {
  const answer = Promise.withResolvers<void>();
  const { withoutLimits } = MachineDrives.prototype;
  vi.spyOn(MachineDrives.prototype, 'withoutLimits').mockImplementationOnce(async function (this: MachineDrives, act) {
    const result = await withoutLimits.call(this, act);
    await answer.promise;
    return result as never;
  });
  const { sent } = moving();
  await vi.waitUntil(() => machine.migration.isLeaving, 60_000);
  machine.migration.cancel();
  expect(await sent).toBe('the migration was cancelled');
  answer.resolve();
  await expectItRuns();
});
