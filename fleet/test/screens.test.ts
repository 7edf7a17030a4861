import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { VncClient } from '../../test/support/vnc-client.ts';
import { FleetGateway } from '../src/gateway/gateway.ts';
import { FleetMachines } from '../src/machines/machines.ts';
import { noRedis, putDemo, TestFleet } from './support/fleet.ts';
import { putTypewriter } from './support/typewriter-guest.ts';

const start = { every: 0, limits: { processor: 30 } };
/** The PNG signature. */
const PNG = [0x89, 0x50, 0x4e, 0x47];

let fleet: TestFleet;
let machines: FleetMachines;
let gateway: FleetGateway;
beforeAll(async () => {
  if (noRedis !== '') return;
  fleet = await TestFleet.start();
  machines = new FleetMachines(fleet.connect, fleet.store);
  await putDemo(fleet.store);
  await putTypewriter(fleet.store);
  fleet.host(5);
  const { connect, store } = fleet;
  gateway = await FleetGateway.listen({ connect, store, address: '127.0.0.1', port: 0, log: () => {} });
});
afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]();
  await machines?.[Symbol.asyncDispose]();
  await fleet?.[Symbol.asyncDispose]();
});

const place = (name: string) => `127.0.0.1:${gateway.port}/machines/${name}/screen`;

/** A VNC client as noVNC is one, with how its connection was closed. */
async function viewerOf(name: string) {
  const socket = new WebSocket(`ws://${place(name)}`, ['binary']);
  const client = new VncClient({ write: (bytes) => socket.send(bytes), close: () => socket.close() });
  const ended = Promise.withResolvers<string>();
  let taken = Promise.resolve();
  socket.on('message', (bytes: Buffer) => {
    taken = taken.then(() => client.reader.push(bytes));
  });
  socket.on('close', (_, reason) => {
    client.reader.end();
    ended.resolve(reason.toString());
  });
  socket.on('error', () => {});
  await once(socket, 'open');
  return { socket, client, ended: ended.promise };
}

/** How many dots are not black, in a new picture of all. */
async function lit(client: VncClient): Promise<number> {
  client.request(false);
  await client.update();
  return client.dots.reduce((count, dot) => count + Number(dot !== 0), 0);
}

describe.skipIf(noRedis !== '')(`screens through the gateway${noRedis}`, () => {
  test('are shown to viewers, which type; after a failure of the host they are told to come again', async () => {
    await machines.start('screen', { ...start, image: 'typewriter' });
    const { owner } = await machines.running('screen');
    const { socket, client, ended } = await viewerOf('screen');
    expect(socket.protocol).toBe('binary');
    await client.greet();
    expect(client.name).toBe('rawiron (screen)');
    const before = await lit(client);
    for (const isDown of [true, false]) client.key(isDown, 'm'.charCodeAt(0));
    await expect.poll(() => lit(client)).toBeGreaterThan(before);
    fleet.host(5);
    process.kill(Number(owner.split('-').at(-2)), 'SIGKILL');
    expect(await ended).toBe('screen does not run there any more');
    await machines.running('screen');
    const other = await viewerOf('screen');
    await other.client.greet();
    expect(await lit(other.client)).toBeGreaterThan(0);
    other.client[Symbol.dispose]();
    await machines.stop('screen');
  });

  test('are there as pictures, and those that there are not say so', async () => {
    await machines.start('shown', { ...start, image: 'typewriter' });
    await machines.start('dark', { ...start, image: 'demo' });
    for (const name of ['shown', 'dark']) await machines.running(name);
    const answer = await fetch(`http://${place('shown')}.png`);
    expect(answer.headers.get('content-type')).toBe('image/png');
    expect([...(await answer.bytes()).subarray(0, 4)]).toEqual(PNG);
    const none = await fetch(`http://${place('dark')}.png`);
    expect([none.status, await none.text()]).toEqual([
      409,
      'dark has no display; make its image of a machine with one (-vga std)',
    ]);
    expect(await (await viewerOf('dark')).ended).toContain('dark has no display');
    expect(await (await viewerOf('missing')).ended).toContain("there is no machine 'missing'");
    await machines.suspend('shown');
    expect(await (await viewerOf('shown')).ended).toContain('shown does not run now');
    for (const name of ['shown', 'dark']) await machines.stop(name);
  });
});
