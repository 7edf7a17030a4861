import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { FolderFiles } from '../../../src/node/network/boot-files.ts';
import { ascii, FrameGuest, textOf, udpFrame, word } from '../../support/network/frame-guest.ts';

let folder: string;
const content = Array.from({ length: 2000 }, (_, n) => n % 251);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tftp-'));
  mkdirSync(join(folder, 'boot/inner'), { recursive: true });
  writeFileSync(join(folder, 'secret'), 'secret');
  writeFileSync(join(folder, 'boot/kernel'), Uint8Array.from(content));
  writeFileSync(join(folder, 'boot/even'), new Uint8Array(1024));
  writeFileSync(join(folder, 'boot/inner/file'), 'inner');
  writeFileSync(join(folder, 'boot/übung'), 'practice');
  symlinkSync('../secret', join(folder, 'boot/link'));
  symlinkSync('..', join(folder, 'boot/up'));
  symlinkSync('inner/file', join(folder, 'boot/good-link'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const guests: FrameGuest[] = [];
afterEach(() => Promise.all(guests.splice(0).map(({ network }) => network.close())));

async function open(): Promise<FrameGuest> {
  const guest = await FrameGuest.open({ tftp: join(folder, 'boot') }, new FolderFiles(join(folder, 'boot')));
  guests.push(guest);
  return guest;
}

/** Sends a packet, and waits for what comes back, as files of the host take their time. */
async function ask(guest: FrameGuest, packet: readonly number[], fromPort = 7000): Promise<number[]> {
  guest.network.send(udpFrame(packet, { fromPort, toPort: 69 }));
  for (let n = 0; n < 200; n++) {
    const [answer] = await guest.later();
    if (answer) return answer.payload.slice(8);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return [];
}

const read = (name: string, ...options: string[]): number[] => [
  0,
  1,
  ...ascii([name, 'octet', ...options, ''].join('\0')),
];
const acknowledge = (block: number): number[] => [0, 4, ...word(block)];

describe('TFTP', () => {
  test('gives a file block by block', async () => {
    const guest = await open();
    const bytes: number[] = [];
    let packet = await ask(guest, read('/kernel'));
    for (let block = 1; ; block++) {
      expect(packet.slice(0, 4)).toEqual([0, 3, ...word(block)]);
      bytes.push(...packet.slice(4));
      if (packet.length < 516) break;
      packet = await ask(guest, acknowledge(block));
    }
    expect(bytes).toEqual(content);
  });

  test('agrees on larger blocks and tells the size', async () => {
    const guest = await open();
    const agreed = await ask(guest, read('kernel', 'blksize', '1400', 'tsize', '0', 'other', '1'));
    expect([agreed.slice(0, 2), textOf(agreed.slice(2))]).toEqual([[0, 6], 'blksize\x001400\0tsize\x002000\0']);
    expect(await ask(guest, acknowledge(0))).toEqual([0, 3, 0, 1, ...content.slice(0, 1400)]);
    expect(await ask(guest, acknowledge(1))).toEqual([0, 3, 0, 2, ...content.slice(1400)]);
  });

  test('ends a file of whole blocks with an empty one', async () => {
    const guest = await open();
    await ask(guest, read('even'));
    await ask(guest, acknowledge(1));
    expect(await ask(guest, acknowledge(2))).toEqual([0, 3, 0, 3]);
  });

  test('takes names in UTF-8', async () => {
    const guest = await open();
    const name = [...new TextEncoder().encode('übung')];
    expect(textOf((await ask(guest, [0, 1, ...name, ...ascii('\0octet\0')])).slice(4))).toBe('practice');
  });

  test('sends again what is not acknowledged, but not what is twice', async () => {
    const guest = await open();
    const first = await ask(guest, read('kernel'));
    guest.host.timers.advance(1001);
    expect(guest.heard().map(({ payload }) => payload.slice(8))).toEqual([first]);
    await ask(guest, acknowledge(1));
    guest.network.send(udpFrame(acknowledge(1), { fromPort: 7000, toPort: 69 }));
    expect(await guest.later()).toEqual([]);
    guest.host.timers.advance(60_000);
    expect(guest.heard()).toHaveLength(6);
  });
});

test('a link that is put in the place of a directory leads nowhere', async () => {
  const racy = join(folder, 'racy');
  mkdirSync(join(racy, 'there'), { recursive: true });
  mkdirSync(join(folder, 'outside'));
  writeFileSync(join(racy, 'there/file'), 'inside');
  writeFileSync(join(folder, 'outside/file'), 'outside');
  symlinkSync(join(folder, 'outside'), join(racy, 'link'));
  const swaps = `const { renameSync } = require('node:fs');
    const { workerData: [now, ...names] } = require('node:worker_threads');
    for (;;) for (const name of names) {
      renameSync(name, now);
      renameSync(now, name);
    }`;
  const paths = ['now', 'there', 'link'].map((name) => join(racy, name));
  const swapper = new Worker(swaps, { eval: true, workerData: paths });
  const files = new FolderFiles(racy);
  const found = new Set<string>();
  for (let n = 0; n < 3000; n++) {
    const file = await files.open('now/file').catch(() => undefined);
    if (file) found.add(textOf([...(await file.read(0, 10))]));
    await file?.close();
  }
  await swapper.terminate();
  expect([...found]).toEqual(['inside']);
});

test('a request that is repeated while the file is read starts one transfer, which goes on', async () => {
  const reads: (() => void)[] = [];
  const file = {
    size: 1024,
    read: (_offset: number, length: number) =>
      new Promise<Uint8Array>((resolve) => reads.push(() => resolve(new Uint8Array(length)))),
    close: async () => {},
  };
  const guest = await FrameGuest.open({ tftp: folder }, { open: async () => file });
  guests.push(guest);
  const packet = udpFrame(read('file'), { fromPort: 7000, toPort: 69 });
  guest.network.send(packet);
  await guest.later();
  guest.network.send(packet);
  await guest.later();
  expect(reads).toHaveLength(2);
  for (const finish of reads) finish();
  const heads = (await guest.later()).map(({ payload }) => payload.slice(8, 12));
  expect(heads).toEqual([[0, 3, 0, 1]]);
  // The one that was replaced never gives up in the other's name.
  for (let n = 0; n < 6; n++) guest.host.timers.advance(1001);
  guest.heard();
  guest.network.send(udpFrame(acknowledge(1), { fromPort: 7000, toPort: 69 }));
  await guest.later();
  expect(reads).toHaveLength(3);
});

describe('names of files', () => {
  test('follows links and other separators within the folder', async () => {
    const guest = await open();
    expect(textOf((await ask(guest, read('\\inner\\file'), 1)).slice(4))).toBe('inner');
    expect(textOf((await ask(guest, read('./good-link'), 2)).slice(4))).toBe('inner');
  });

  test.each([
    '../secret',
    '/../secret',
    'inner/../../secret',
    'link',
    'up/secret',
    '..\\secret',
    'inner',
    '',
    '/',
    'nothing',
    'up/boot/../secret',
  ])('does not give "%s"', async (name) => {
    const guest = await open();
    const answer = await ask(guest, read(name));
    expect(answer.slice(0, 2)).toEqual([0, 5]);
    expect(textOf(answer)).not.toContain('secret');
  });

  test('cannot be written to', async () => {
    expect((await ask(await open(), [0, 2, ...ascii('kernel\0octet\0')])).slice(0, 4)).toEqual([0, 5, 0, 2]);
  });
});

describe('without a folder', () => {
  test.each([
    ['a request', read('kernel'), [[0, 5, 0, 2]]],
    ['a file of the guest', [0, 2, ...ascii('kernel\0octet\0')], [[0, 5, 0, 2]]],
    ['an acknowledgment', acknowledge(1), []],
  ])("%s is refused, as in QEMU, and never gets to the host's own server", async (_what, packet, answers) => {
    const guest = await FrameGuest.open();
    guest.network.send(udpFrame(packet, { toPort: 69 }));
    expect((await guest.later()).map(({ payload }) => payload.slice(8, 12))).toEqual(answers);
    expect(guest.host.sockets.datagramPorts).toEqual([]);
  });
});

test('of a flood of requests the host looks for sixteen files at a time', async () => {
  const found: (() => void)[] = [];
  const guest = await FrameGuest.open(
    { tftp: folder },
    { open: () => new Promise((resolve) => found.push(() => resolve(undefined))) },
  );
  guests.push(guest);
  for (let fromPort = 1; fromPort <= 1000; fromPort++)
    guest.network.send(udpFrame(read('file'), { fromPort, toPort: 69 }));
  expect(found).toHaveLength(16);
  for (const finish of found) finish();
  expect(await guest.later()).toHaveLength(16);
  guest.network.send(udpFrame(read('file'), { fromPort: 1, toPort: 69 }));
  expect(found).toHaveLength(17);
});
