import { expect, test } from 'vitest';
import { createMachine } from '../../../runtime/machine/create.ts';
import { ROOT_TAG } from '../../../src/containers/agent.ts';
import { keptMachine } from '../../../src/containers/kept-machine.ts';
import { ConfigurationError, Machine, type MachineOptions } from '../../../src/index.ts';
import { nodeHost } from '../../../src/node/host.ts';

const waiting: MachineOptions = {
  ...{ memory: 16, boot: { demo: true }, isolate: 'caller' },
  shares: [{ tag: ROOT_TAG, files: {} }],
};
const changes: Partial<MachineOptions> = { isolate: 'caller', shares: [{ tag: ROOT_TAG, files: {} }] };
const host = await nodeHost({ load: async () => createMachine, thread: async () => 'none:' });

async function snapshotOf(options: MachineOptions): Promise<Uint8Array> {
  await using machine = await Machine.create(options);
  return await machine.snapshot();
}

test('a kept machine goes on, and each part of its file is unpacked once', async () => {
  const places: number[] = [];
  const checksum = (bytes: Uint8Array) => {
    places.push(bytes.byteOffset);
    return host.decompressor.checksum!(bytes);
  };
  const counting = { ...host, decompressor: { ...host.decompressor, checksum } };
  await using machine = await keptMachine(await snapshotOf(waiting), 'kept.snapshot', changes, counting);
  await machine.start();
  await machine.pause();
  expect(places.length).toBeGreaterThan(1);
  expect(places.length).toBe(new Set(places).size);
});

test('the file is told that has no machine which waits for a container', async () => {
  const kept = async (bytes: Uint8Array) => await keptMachine(bytes, 'kept.snapshot', changes, host);
  const { shares: _, ...other } = waiting;
  const remedy = "'rawiron container machine FILE' makes one";
  const snapshot = await snapshotOf(waiting);
  for (const [bytes, problem] of [
    [await snapshotOf(other), `has no machine that waits for containers of this version; ${remedy}`],
    [new Uint8Array(100), `; ${remedy}`],
    [snapshot.subarray(0, snapshot.length >> 1), `; ${remedy}`],
  ] as const) {
    const refused = await kept(bytes).catch((error: Error) => error);
    expect(refused).toBeInstanceOf(ConfigurationError);
    expect((refused as Error).message).toMatch(/^kept\.snapshot/);
    expect((refused as Error).message).toContain(problem);
  }
});

test('what the changes name and cannot be had is no fault of the file', async () => {
  const shares = [{ tag: ROOT_TAG, folder: '/nowhere' }];
  const refused = keptMachine(await snapshotOf(waiting), 'kept.snapshot', { ...changes, shares }, host);
  await expect(refused).rejects.toThrow(/nowhere/);
  await expect(refused).rejects.not.toThrow(/kept\.snapshot/);
});
