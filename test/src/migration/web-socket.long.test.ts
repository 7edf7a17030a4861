import type { Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { awaitChannel, Machine, openChannel, openMonitor } from '../../../src/index.ts';
import { WebSocketChannel } from '../../../src/migration/web-socket-channel.ts';
import { countedTo, countingRom } from '../../support/counting-rom.ts';
import { connectWhenListening, freePort } from '../../support/ports.ts';
import { beginning } from './beginning.ts';

const machines: Machine[] = [];
afterEach(async () => {
  await Promise.all(machines.splice(0).map((machine) => machine.stop()));
});

/** The output of a machine's guest. */
function heard(machine: Machine): { text: string } {
  const output = { text: '' };
  machine.serial.on('data', (bytes) => {
    output.text += Buffer.from(bytes).toString('latin1');
  });
  machines.push(machine);
  return output;
}

test('a running machine goes to a process that is dialled, and comes back to one that dials', async () => {
  const here = await Machine.create({ memory: 2, vga: 'none', boot: { bios: countingRom } });
  const first = heard(here);
  await here.start();
  await expect.poll(() => first.text.length).toBeGreaterThan(90);

  const { address, channel } = await awaitChannel('ws:127.0.0.1:0');
  const { port } = address as { port: number };
  const [there] = await Promise.all([
    channel.then((opened) => Machine.receive(opened)),
    here.migration.send(openChannel(`ws://127.0.0.1:${port}`)),
  ]);
  const second = heard(there);
  await there.start();
  await expect.poll(() => second.text.length).toBeGreaterThan(90);

  const freed = await freePort();
  const leaving = openMonitor(there).execute(`migrate ws:127.0.0.1:${freed}`);
  (await connectWhenListening(freed)).destroy();
  const back = await Machine.receive(await openChannel(`ws://127.0.0.1:${freed}`));
  const third = heard(back);
  await back.start();
  expect(await leaving).toBe('');
  await expect.poll(() => third.text.length).toBeGreaterThan(90);
  await back.pause();
  const all = first.text + second.text + third.text;
  expect(all).toBe(countedTo(all.length / 9 + 1).slice(0, all.length));
});

test('a machine that waits for whoever fetches it stays when that is cancelled, and the place is free again', async () => {
  const machine = await Machine.create({ memory: 2, vga: 'none', boot: { bios: countingRom } });
  machines.push(machine);
  await machine.start();
  const port = await freePort();
  const leaving = machine.migration.send((cancelled) => openChannel(`ws:127.0.0.1:${port}`, cancelled));
  leaving.catch(() => {});
  const silent = await connectWhenListening(port);
  const closed = new Promise((resolve) => silent.once('close', resolve));
  machine.migration.cancel();
  await expect(leaving).rejects.toThrow('cancelled');
  await closed;
  expect([machine.state, machine.migration.status]).toEqual(['running', 'cancelled']);
  await expect(openChannel(`ws://127.0.0.1:${port}`)).rejects.toThrow(
    `nobody waits for a machine at ws://127.0.0.1:${port}`,
  );
});

/** Asks for a WebSocket as a page of this origin does; the status of the answer. */
async function ask(port: number, origin: string): Promise<[Socket, string]> {
  const socket = await connectWhenListening(port);
  const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13';
  socket.write(
    `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nOrigin: ${origin}\r\n${key}\r\n\r\n`,
  );
  const bytes = await new Promise<Buffer>((resolve) => socket.once('data', resolve));
  return [socket, bytes.toString().split(' ')[1]!];
}

test('a page of another server is let in only where it is named', async () => {
  const statuses = async (place: string) => {
    const { address, close } = await awaitChannel(place);
    const { port } = address as { port: number };
    const pages = ['http://localhost:5173', 'https://pc.example', 'https://other.example'];
    const answers = await Promise.all(pages.map((origin) => ask(port, origin)));
    for (const [socket] of answers) socket.destroy();
    close();
    return answers.map(([, status]) => status);
  };
  expect(await statuses('ws:127.0.0.1:0')).toEqual(['101', '403', '403']);
  expect(await statuses('ws:127.0.0.1:0,origin=https://pc.example')).toEqual(['101', '101', '403']);
});

test.each(['ws:127.0.0.1', 'ws:127.0.0.1:99999', 'tcp:127.0.0.1:1,origin=https://pc.example'])(
  '%s is no place',
  async (place) => {
    await expect(awaitChannel(place)).rejects.toThrow(`cannot go to or come from '${place}'`);
  },
);

test('a page that closes its end has ended', async () => {
  const { address, channel } = await awaitChannel('ws:127.0.0.1:0');
  const page = await WebSocketChannel.open(`ws://127.0.0.1:${(address as { port: number }).port}`);
  await page.write(beginning);
  const here = await channel;
  expect(await here.read()).toEqual(Buffer.from(beginning));
  await here.write(Uint8Array.of(1, 2, 3));
  expect(await page.read()).toEqual(Uint8Array.of(1, 2, 3));
  void page.close();
  expect(await here.read()).toBeNull();
  await here.close();
});

test('a connection that a browser ends without a word says nothing of the page', async () => {
  const { address, channel } = await awaitChannel('ws:127.0.0.1:0');
  const [socket] = await ask((address as { port: number }).port, 'http://localhost');
  // A mask of zeroes.
  socket.write(Uint8Array.of(0x82, 0x80 | beginning.length, 0, 0, 0, 0, ...beginning));
  const here = await channel;
  await here.read();
  socket.destroy();
  const lost = { message: expect.stringMatching(/^the connection is (closed|broken)/), isPeerGone: false };
  await expect(here.read()).rejects.toMatchObject(lost);
  await expect(here.write(beginning)).rejects.toMatchObject(lost);
});
