import { afterEach, expect, test } from 'vitest';
import type { BlockQuestion } from '../../../../runtime/host/block.ts';
import type { ToMachine } from '../../../../runtime/host/messages.ts';
import { planDrives } from '../../../../src/drives/options.ts';
import type { DriveCalls, DriveCommand, DriveReport } from '../../../../src/drives/protocol.ts';
import { serveDrives } from '../../../../src/drives/service.ts';
import type { DriveLimits } from '../../../../src/drives/throttle/limits.ts';
import type { MessageEnd, ToDrives } from '../../../../src/isolate/protocol.ts';
import { nodeStorage } from '../../../../src/node/storage.ts';
import { VirtualTimers } from '../../../support/virtual-timers.ts';

const SECTOR = 512;
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

function end<Sent, Received>(sent: Sent[]): MessageEnd<Sent, Received> {
  return { onmessage: null, postMessage: (message) => void sent.push(message), close: () => {} };
}

/** A service of two disks in memory, with virtual time. */
async function makeService(limits: readonly DriveLimits[]) {
  const timers = new VirtualTimers();
  const [reports, answers]: [DriveReport[], ToMachine[]] = [[], []];
  const library = end<DriveReport, DriveCommand>(reports);
  const machine = end<ToMachine, ToDrives>(answers);
  serveDrives({ storage: nodeStorage, library, machine, timers });
  const call = async <Name extends keyof DriveCalls>(name: Name, ...args: Parameters<DriveCalls[Name]>) => {
    const id = reports.length + 1000;
    library.onmessage!({ data: { type: 'call', id, name, args } as DriveCommand });
    for (;;) {
      const report = reports.find((one) => 'id' in one && one.id === id);
      if (report) return report;
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const ask = (port: string, question: BlockQuestion) =>
    machine.onmessage!({ data: { type: 'request', id: answers.length, port, question } });
  await call('open', planDrives(limits.map((one) => ({ image: new Uint8Array(64 * SECTOR), limits: one }))));
  closing.push(() => call('close'));
  return { timers, answers, call, ask };
}

const read = (): BlockQuestion => ({ type: 'read', sector: 0, bytes: new Uint8Array(SECTOR) });

test('a drive answers as many requests as its limits allow; another one has its own', async () => {
  const { timers, answers, ask } = await makeService([{ iops: 10 }, {}]);
  for (let n = 0; n < 30; n++) ask('ide0-hd0', read());
  await timers.pass(2000);
  expect(answers).toHaveLength(20);
  for (let n = 0; n < 30; n++) ask('ide0-hd1', read());
  await timers.pass(0);
  expect(answers).toHaveLength(50);
});

test('drives of a group share its limits, and keep to those that were set last', async () => {
  const group = { iops: 10, group: 'both' };
  const { timers, answers, ask, call } = await makeService([group, group]);
  for (let n = 0; n < 30; n++) ask(n % 2 ? 'ide0-hd0' : 'ide0-hd1', read());
  await timers.pass(1000);
  expect(answers).toHaveLength(10);
  await call('limit', 'ide0-hd0', { iops: 5, group: 'both' });
  await timers.pass(2000);
  expect(answers).toHaveLength(20);
  await call('limit', 'ide0-hd0', {});
  await timers.pass(2000);
  expect(answers).toHaveLength(30);
});

test('a flush does not wait, and nothing waits at the end or while all must be done', async () => {
  const { timers, answers, ask, call } = await makeService([{ bps: 1 }]);
  ask('ide0-hd0', { type: 'flush' });
  for (let n = 0; n < 3; n++) ask('ide0-hd0', read());
  await timers.pass(0);
  expect(answers).toHaveLength(1);
  await call('suspendLimits', true);
  await timers.pass(0);
  expect(answers).toHaveLength(4);
  await call('suspendLimits', false);
  ask('ide0-hd0', read());
  await call('close');
  await timers.pass(0);
  expect(answers).toHaveLength(5);
});
