import { afterEach, expect, test, vi } from 'vitest';
import { MachineDrives } from '../../../src/drives/index.ts';
import { planDrives } from '../../../src/drives/options.ts';
import type { DriveCommand, DriveReport } from '../../../src/drives/protocol.ts';
import { startedByMessage } from '../../../src/drives/started-by-message.ts';
import type { DriveThread, Host } from '../../../src/host.ts';
import type { MessageEnd } from '../../../src/isolate/protocol.ts';

afterEach(() => {
  vi.useRealTimers();
});

/** Drives whose thread answers everything but what `isStuck` says; a thread that is stuck does not end either. */
function makeDrives(isStuck: (command: DriveCommand) => boolean) {
  const sent: DriveCommand[] = [];
  const ended: string[] = [];
  const port: MessageEnd<DriveCommand, DriveReport> = {
    onmessage: null,
    postMessage(command) {
      sent.push(command);
      if (isStuck(command)) return;
      const value = command.name === 'open' ? [{ image: 'a.iso', format: 'raw', isLocked: false, medium: null }] : null;
      queueMicrotask(() => port.onmessage?.({ data: { type: 'answer', id: command.id, value } }));
    },
    close: () => {},
  };
  const terminate = async () => {
    ended.push('terminated');
    if (sent.some(isStuck)) await new Promise(() => {});
  };
  const started = startedByMessage(port, () => {});
  const thread = Object.assign(started, { hold: () => {}, terminate }) as unknown as DriveThread;
  const plans = planDrives([{ media: 'cdrom', image: 'a.iso' }]);
  const drives = new MachineDrives(plans, { startDrives: () => thread } as unknown as Host);
  const told: string[] = [];
  drives.onLog = (message) => told.push(message);
  return { drives, sent, ended, told };
}

test('drives that do not close are left after a while, and the user is told', async () => {
  vi.useFakeTimers();
  const { drives, ended, told } = makeDrives(({ name }) => name === 'close');
  await drives.open();
  const closed = drives.close();
  await vi.runAllTimersAsync();
  await closed;
  expect(ended).toEqual(['terminated']);
  expect(told).toEqual([expect.stringMatching(/^ide1-cd0: .*not been closed/)]);
}, 5000);

test('drives that close end their thread, and no timer is left', async () => {
  vi.useFakeTimers();
  const { drives, ended, told } = makeDrives(() => false);
  await drives.open();
  await drives.close();
  expect([ended, told, vi.getTimerCount()]).toEqual([['terminated'], [], 0]);
});

test('of bytes that are part of a larger buffer only they are sent', async () => {
  const { drives, sent } = makeDrives(() => false);
  await drives.open();
  await drives.all[0]!.change(Buffer.alloc(1 << 16, 7).subarray(512, 1024));
  const image = sent.at(-1)!.args[1] as Uint8Array;
  expect([image.buffer.byteLength, image[0]]).toEqual([512, 7]);
});
