import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { nodeStorage } from '../../../src/node/storage.ts';
import type { HttpOptions } from '../../../src/storage/http/remote-file.ts';
import { HttpStore } from '../../../src/storage/http/store.ts';
import { openDisk } from '../../../src/storage/open.ts';
import type { ByteStore } from '../../../src/storage/store.ts';
import { contents } from './memory-host.ts';
import { WebServer } from './web-server.ts';

const KB = 1024;
const content = Uint8Array.from({ length: 3000 * KB + 5 }, (_, n) => (n * 7 + (n >> 9) * 31) & 0xff);
/** Asks again at once, so that a test is done soon. */
const options: HttpOptions = { pause: 1 };
/** For servers that say nothing. */
const impatient: HttpOptions = { patience: 300, pause: 1 };
let server: WebServer;

beforeEach(async () => {
  server = await WebServer.start(content);
});
afterEach(() => server[Symbol.asyncDispose]());

const open = (how = options): Promise<HttpStore> => HttpStore.open(server.address(), 'read', how);

async function read(store: ByteStore, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  await store.read(offset, bytes);
  return bytes;
}

describe('a file on a web server', () => {
  test('is read in parts', async () => {
    const store = await open();
    expect(store.size).toBe(content.length);
    expect(await read(store, 2_000_000, 70_000)).toEqual(content.slice(2_000_000, 2_070_000));
    expect(server.asked).toEqual(['bytes=0-65535', 'bytes=1966080-2097151']);
    expect(await contents(store)).toEqual(content);
  });

  test('is asked for once, and read ahead of', async () => {
    const store = await open();
    for (let at = 0; at < content.length; at += 4096) await read(store, at, Math.min(4096, content.length - at));
    await read(store, 1_000_000, 4096);
    // 1, 2, 4, 8 and then 16 blocks.
    const starts = [0, 1, 3, 7, 15, 31].map((block) => `bytes=${block * 65536}`);
    expect(server.asked.map((range) => range.split('-')[0])).toEqual(starts);
  });

  test('is asked for once by reads that overlap', async () => {
    const store = await open();
    const parts = await Promise.all([1, 2, 3].map((n) => read(store, 500_000 + n, 10)));
    expect(parts).toEqual([1, 2, 3].map((n) => content.slice(500_000 + n, 500_010 + n)));
    expect(server.asked).toHaveLength(2);
  });

  test('is forgotten in part where it is large, and asked for again', async () => {
    server.content = new Uint8Array(40 << 20).fill(7);
    const store = await open();
    await contents(store);
    const before = server.asked.length;
    expect([...(await read(store, 100, 2))]).toEqual([7, 7]);
    expect(server.asked).toHaveLength(before + 1);
  });

  test('may be empty', async () => {
    server.content = new Uint8Array();
    expect((await open()).size).toBe(0);
  });

  test('may be found elsewhere', async () => {
    server.instead.push((_, response) => response.writeHead(302, { location: '/other.img' }).end());
    expect(await contents(await open())).toEqual(content);
  });

  test('is got with a name and a password, which no message shows', async () => {
    const headers: (string | undefined)[] = [];
    server.instead.push((request, response) => {
      headers.push(request.headers.authorization);
      response.writeHead(403).end();
    });
    const address = server.address().replace('//', '//me:p%40ss@');
    const failure = HttpStore.open(address, 'read', options);
    await expect(failure).rejects.toThrow(`${server.address()}: the server answers 403 Forbidden`);
    expect(headers).toEqual([`Basic ${btoa('me:p@ss')}`]);
  });
});

describe('an address', () => {
  test('is that of a backing file, with a name relative to it', () => {
    expect(nodeStorage.resolve('http://host/images/top.qcow2', 'base.img')).toBe('http://host/images/base.img');
    expect(nodeStorage.resolve('http://host/images/top.qcow2', '/etc/passwd')).toBe('http://host/etc/passwd');
    expect(nodeStorage.resolve('/images/top.qcow2', 'https://host/base.img')).toBe('https://host/base.img');
  });

  test('is that of a disk whose changes are forgotten, and of none that is written', async () => {
    const disk = await openDisk(nodeStorage, server.address(), { format: 'raw', snapshot: true });
    await disk.write(10, Uint8Array.of(1, 2, 3));
    const bytes = new Uint8Array(5);
    await disk.read(9, bytes);
    expect([...bytes]).toEqual([content[9], 1, 2, 3, content[13]]);
    await disk.close();
    await expect(openDisk(nodeStorage, server.address())).rejects.toThrow(/is on a web server.*-snapshot/);
    await expect(open().then((store) => store.write())).rejects.toThrow('is open for reading only');
  });
});

describe('what passes is tried again', () => {
  const trouble: [string, HttpOptions, (response: ServerResponse) => void][] = [
    ['an error of the server', options, (response) => response.writeHead(503).end()],
    ['a connection that breaks', options, (response) => response.destroy()],
    ['an answer that breaks off', options, (response) => breakOff(response)],
    ['a server that says nothing', impatient, () => {}],
    ['an answer that stops', impatient, (response) => stop(response)],
  ];
  test.each(trouble)('%s', async (_what, how, fail) => {
    const store = await open(how);
    server.instead.push((_, response) => fail(response));
    expect(await read(store, 1 << 20, 10)).toEqual(content.slice(1 << 20, (1 << 20) + 10));
  });

  const part = { 'content-range': `bytes 1048576-1114111/${content.length}`, 'content-length': 65536, etag: '"1"' };
  function breakOff(response: ServerResponse): void {
    response.writeHead(206, part).write(content.subarray(0, 1000), () => response.destroy());
  }
  function stop(response: ServerResponse): void {
    response.writeHead(206, part).write(content.subarray(0, 1000));
  }

  test('what comes slowly is waited for', async () => {
    const store = await open({ patience: 2000 });
    server.instead.push((_, response) => {
      response.writeHead(206, part);
      const send = (at: number): void => {
        response.write(content.subarray((1 << 20) + at, (1 << 20) + at + 16384));
        if (at + 16384 < 65536) setTimeout(send, 700, at + 16384);
      };
      send(0);
    });
    expect(await read(store, 1 << 20, 10)).toEqual(content.slice(1 << 20, (1 << 20) + 10));
    expect(server.asked).toHaveLength(2);
  });

  test.each([
    ['an error', options, 503, 'the server answers 503 Service Unavailable (asked 3 times)'],
    ['silence', impatient, undefined, 'the server sent nothing for 0.3 s (asked 3 times)'],
  ])('%s that stays is an error', async (_what, how, status, message) => {
    const store = await open(how);
    for (let n = 0; n < 3; n++) server.instead.push((_, response) => void (status && response.writeHead(status).end()));
    await expect(read(store, 1 << 20, 10)).rejects.toThrow(`${server.address()}: ${message}`);
    // Another request finds it.
    expect(await read(store, 1 << 20, 1)).toEqual(content.slice(1 << 20, (1 << 20) + 1));
  });

  test('bytes that drip are not waited for', async () => {
    const store = await open({ ...impatient, tries: 1 });
    server.instead.push((_, response) => {
      const timer = setInterval(() => response.write(Uint8Array.of(1)), 50);
      response.writeHead(206, part).once('close', () => clearInterval(timer));
    });
    await expect(read(store, 1 << 20, 10)).rejects.toThrow(/the server sent no more than \d+ bytes for 0.3 s/);
  });

  test('where nobody waits any more what is under way fails at once', async () => {
    const disk = await openDisk(nodeStorage, server.address(), { access: 'read' });
    server.instead.push(() => disk.abandon());
    await expect(disk.read(1 << 20, new Uint8Array(10))).rejects.toThrow('is closed');
    await disk.close();
  });
});

describe('an error that names the file', () => {
  const size = content.length;
  test.each<[string, number, Record<string, string | number>, string]>([
    ['a file that is not there', 404, {}, 'the server answers 404 Not Found'],
    ['a page in the place of a file', 200, { 'content-type': 'text/html' }, 'the server sends a page (text/html)'],
    [
      'a part of a page in the place of a file',
      206,
      { 'content-range': `bytes 0-0/1`, 'content-type': 'Text/HTML; charset=utf-8' },
      'the server sends a page (text/html) in its place',
    ],
    ['a server without ranges', 200, {}, 'the server sends it only as a whole'],
    ['a part that nobody asked for', 206, { 'content-range': `bytes 7-8/${size}` }, 'sends bytes 7 to 8 when asked'],
    ['a part without its place', 206, {}, 'the server does not say which part it sends (Content-Range)'],
    [
      'a size that no file has',
      206,
      { 'content-range': 'bytes 0-65535/9007199254740993000' },
      'the server says that it has 9007199254740993000 bytes, which is no size of a file',
    ],
    ['a file without a size', 206, { 'content-range': 'bytes 0-65535/*' }, 'does not say which part'],
    [
      'an encoding',
      206,
      { 'content-range': `bytes 0-65535/${size}`, 'content-encoding': 'gzip' },
      'the server sends it in another encoding',
    ],
  ])('%s', async (_what, status, headers, message) => {
    server.instead.push((_, response) => response.writeHead(status, headers).end());
    const failure = open();
    await expect(failure).rejects.toThrow(message);
    await expect(failure).rejects.toThrow(server.address());
    expect(server.asked).toHaveLength(1);
  });

  test('a server that sends without end', async () => {
    server.instead.push((_, response) => {
      response.writeHead(206, { 'content-range': `bytes 0-65535/${size}` });
      const timer = setInterval(() => response.write(new Uint8Array(50_000)), 1);
      response.on('close', () => clearInterval(timer));
    });
    await expect(open()).rejects.toThrow('sends more than it was asked for');
  });

  test('redirects without end', async () => {
    for (let n = 0; n < 100; n++)
      server.instead.push((_, response) => response.writeHead(302, { location: `/${n}` }).end());
    await expect(open()).rejects.toThrow(`${server.address()}: cannot be got: redirect count exceeded`);
  });

  test('a server that is not there', async () => {
    const address = server.address();
    await server[Symbol.asyncDispose]();
    await expect(HttpStore.open(address, 'read', options)).rejects.toThrow(/: cannot be got: connect ECONNREFUSED /);
    server = await WebServer.start(content);
  });

  test('no address', async () => {
    await expect(HttpStore.open('http://', 'read')).rejects.toThrow('http://: is not an address of a web server');
  });
});

describe('a file that', () => {
  test.each<[string, (server: WebServer) => void]>([
    ['its tag', (web) => (web.etag = '"2"')],
    ['its date', (web) => (web.lastModified = new Date(0).toUTCString())],
    ['its size', (web) => (web.content = content.slice(5))],
    ['its size to less than is read', (web) => (web.content = content.slice(0, 100))],
  ])('changes %s on the server is not read any more', async (_what, change) => {
    const store = await open();
    change(server);
    await expect(read(store, 1 << 20, 10)).rejects.toThrow(`${server.address()}: was changed on the server`);
    server.content = content;
    server.etag = '"1"';
    server.lastModified = undefined;
    await expect(read(store, 1 << 20, 10)).rejects.toThrow('was changed on the server');
  });

  test('was closed is not read any more', async () => {
    const store = await open();
    server.instead.push(() => {});
    const late = read(store, 1 << 20, 10);
    await store.close();
    await expect(late).rejects.toThrow('is closed');
    await expect(read(store, 0, 10)).rejects.toThrow('is closed');
  });
});
