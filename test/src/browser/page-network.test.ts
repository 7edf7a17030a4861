import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { addressForPage } from '../../../src/browser/network/page-address.ts';
import { PageSockets } from '../../../src/browser/network/sockets.ts';
import { openNetwork } from '../../../src/browser/network.ts';
import type { OpenNetwork } from '../../../src/network/open-network.ts';
import { StackGuest } from '../../support/network/stack-guest.ts';

let network: OpenNetwork;
let guest: StackGuest;
/** How the last connection of `answerTo` ended. */
let ended: string;

beforeEach(async () => {
  network = await openNetwork({ type: 'user' });
  guest = new StackGuest(network.backend);
});

afterEach(async () => {
  vi.unstubAllGlobals();
  guest.close();
  await network.backend.close();
});

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** A web server of the test's, and what a guest gets from it that sends this. */
async function answerTo(send: string, answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const visit = guest.connect((server.address() as AddressInfo).port);
  await visit.opened;
  visit.connection.push(bytesOf(send));
  ended = await visit.closed;
  server.close();
  return visit.text();
}

test('a request of a guest is asked for by fetch', async () => {
  const text = await answerTo(
    'GET /file?a=b HTTP/1.1\r\nHost: x\r\nX-Mine: 7\r\n\r\n',
    ({ url, headers }, response) => {
      response.setHeader('x-answer', `${url} ${headers['x-mine']}`).end('the bytes');
    },
  );
  expect(text).toMatch(
    /^HTTP\/1\.1 200 OK\r\n[\s\S]*x-answer: \/file\?a=b 7\r\n[\s\S]*connection: close\r\n\r\nthe bytes$/,
  );
});

test('a body goes along', async () => {
  const text = await answerTo('POST / HTTP/1.0\r\ncontent-length: 5\r\n\r\nwords', (request, response) => {
    response.writeHead(201);
    request.pipe(response);
  });
  expect(text).toMatch(/^HTTP\/1\.1 201 Created[\s\S]*\r\n\r\nwords$/);
});

test('much comes as a whole', async () => {
  const text = await answerTo(
    'GET / HTTP/1.1\r\n\r\n',
    (_request, response) => void response.end('x'.repeat(1_000_000)),
  );
  expect(text.length - text.indexOf('\r\n\r\n') - 4).toBe(1_000_000);
});

test('what the browser does not get is told', async () => {
  const text = await answerTo('GET / HTTP/1.1\r\n\r\n', ({ socket }) => void socket.destroy());
  expect(text).toMatch(/^HTTP\/1\.1 502 Bad Gateway[\s\S]*The browser cannot get http:\/\/127\.0\.0\.1:\d+\/: .*CORS/);
});

test.each(['\x16\x03\x01', 'SSH-2.0-x\r\n', 'GET nothing\r\n\r\n'])(
  'what is no request is reset: %j',
  async (bytes) => {
    const visit = guest.connect(8080);
    await visit.opened;
    visit.connection.push(bytesOf(bytes));
    expect(await visit.closed).toBe('reset');
  },
);

test.each([
  ['PUT / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n', '411 Length Required'],
  ['PUT / HTTP/1.1\r\ncontent-length: 67108865\r\n\r\n', '413 Content Too Large'],
  [`GET /${'a'.repeat(100_000)}`, '431 Request Header Fields Too Large'],
])('what is too much is answered: %#', async (bytes, status) => {
  const visit = guest.connect(8080);
  await visit.opened;
  visit.connection.push(bytesOf(bytes));
  expect(await visit.closed).toBe('ended');
  expect(visit.text()).toMatch(new RegExp(`^HTTP/1.1 ${status}\r\n`));
});

test('bodies that are not sent yet leave no room for others, until their connections end', async () => {
  const half = bytesOf('PUT / HTTP/1.1\r\ncontent-length: 50000000\r\n\r\n');
  const visits = [guest.connect(8080), guest.connect(8081)];
  for (const visit of visits) {
    await visit.opened;
    visit.connection.push(half);
  }
  expect(await visits[1]!.closed).toBe('ended');
  expect(visits[1]!.text()).toMatch(/^HTTP\/1.1 503 /);
  visits[0]!.connection.abort();
  const third = guest.connect(8082);
  await third.opened;
  third.connection.push(half);
  const text = await answerTo('PUT / HTTP/1.1\r\ncontent-length: 5\r\n\r\nwords', (request, response) => {
    request.pipe(response);
  });
  expect(text).toMatch(/words$/);
  expect(third.text()).toBe('');
});

test('an answer that breaks off breaks the connection, and gets no other answer', async () => {
  const text = await answerTo('GET / HTTP/1.1\r\n\r\n', (_request, response) => {
    response.writeHead(200, { 'content-length': 100 }).write('the beginning');
    setTimeout(() => response.destroy(), 50);
  });
  expect(text).not.toContain('502');
  expect(ended).toBe('reset');
});

/** A response of another server, of which a page sees little. */
class CrossOriginResponse extends Response {
  override get type(): ResponseType {
    return 'cors';
  }
}

test.each([
  [Response, 'HEAD', true],
  [CrossOriginResponse, 'HEAD', true],
  // What it was before the browser has decoded it.
  [CrossOriginResponse, 'GET', false],
])('the length that %o says is told for %s: %s', async (Kind, method, isTold) => {
  const response = new Kind(method === 'GET' ? 'unpacked' : null, { headers: { 'content-length': '5' } });
  vi.stubGlobal('fetch', async () => response);
  const visit = guest.connect(8080);
  await visit.opened;
  visit.connection.push(bytesOf(`${method} / HTTP/1.1\r\n\r\n`));
  expect(await visit.closed).toBe('ended');
  expect(visit.text().includes('content-length: 5')).toBe(isTold);
  expect(visit.text().endsWith(method === 'GET' ? '\r\n\r\nunpacked' : '\r\n\r\n')).toBe(true);
});

test.each([
  ['http://web.example:80/a?b', 'https://web.example/a?b'],
  ['HTTP://web.example/a', 'https://web.example/a'],
  ['http://web.example:8080/a', 'http://web.example:8080/a'],
])('a page that came encrypted asks in place of %s for %s', (address, asked) => {
  expect(addressForPage(address, 'https://page.example/main.js')).toBe(asked);
  expect(addressForPage(address, 'http://page.example/main.js')).toBe(new URL(address).href);
});

test.each([22, 443])('port %i is refused', async (port) => {
  const visit = guest.connect(port);
  expect(await visit.closed).toBe('reset');
});

/** A question of a resolver (RFC 1035, 4.1). */
function question(name: string, type: number): Uint8Array {
  const labels = name.split('.').flatMap((label) => [label.length, ...bytesOf(label)]);
  return Uint8Array.of(...[0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0], ...labels, 0, 0, type, 0, 1);
}

test('a name gets an address, and what connects there asks for the name', async () => {
  const sockets = new PageSockets();
  const [server] = sockets.nameServers();
  const ask = (name: string, type: number) =>
    new Promise<Uint8Array>((resolve) => sockets.datagrams(4, resolve).send(question(name, type), server!.address, 53));
  const answer = await ask('web.example', 1);
  expect([...answer.subarray(0, 8)]).toEqual([0x12, 0x34, 0x81, 0x80, 0, 1, 0, 1]);
  expect([...answer.subarray(-4)]).toEqual([198, 18, 0, 1]);
  expect([...(await ask('other.example', 1)).subarray(-4)]).toEqual([198, 18, 0, 2]);
  expect([...(await ask('WEB.example', 1)).subarray(-4)]).toEqual([198, 18, 0, 1]);
  expect((await ask('web.example', 28))[7]).toBe(0);
  const asked = vi.fn(async () => new Response('here'));
  vi.stubGlobal('fetch', asked);
  await new Promise<void>((resolve) => {
    const events = { data: () => {}, failed: () => resolve(), ended: () => resolve() };
    const stream = sockets.connect({ address: '198.18.0.1', port: 80 }, { ...events, opened: () => {} });
    stream.write(bytesOf('GET /a HTTP/1.0\r\n\r\n'), () => {});
  });
  expect(asked).toHaveBeenCalledWith('http://web.example/a', expect.objectContaining({ credentials: 'omit' }));
});
