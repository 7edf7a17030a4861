import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { get } from 'node:https';
import { join } from 'node:path';
import { Machine } from 'rawiron';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { FolderStore } from '../src/folder-store.ts';
import { FleetGateway, type GatewaySettings } from '../src/gateway/gateway.ts';
import { type NewMachine, Registry } from '../src/machines/registry.ts';
import { Tenants } from '../src/tenants/tenants.ts';
import { checkedScopes, scopes, Tokens } from '../src/tenants/tokens.ts';
import { noRedis, TestFleet } from './support/fleet.ts';
import { freePort } from './support/ports.ts';

let fleet: TestFleet;
let tokens: Tokens;
let certificate: { readonly cert: Buffer; readonly key: Buffer };
beforeAll(async () => {
  if (noRedis !== '') return;
  fleet = await TestFleet.start();
  const redis = fleet.connect();
  tokens = new Tokens(redis);
  for (const name of ['acme', 'other']) await new Tenants(redis).set(name, {});
  certificate = makeCertificate(fleet.folder);
});
afterAll(() => fleet?.[Symbol.asyncDispose]());

/** A certificate of its own for this computer. */
function makeCertificate(folder: string) {
  const [cert, key] = ['cert.pem', 'key.pem'].map((name) => join(folder, name)) as [string, string];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const kind = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  execFileSync('openssl', [...kind, '-keyout', key, '-out', cert, ...names], { stdio: 'ignore' });
  return { cert: readFileSync(cert), key: readFileSync(key) };
}

async function listen(settings: Partial<GatewaySettings> = {}) {
  const { connect, store } = fleet;
  return await FleetGateway.listen({ connect, store, address: '127.0.0.1', port: 0, log: () => {}, ...settings });
}

/** Asks a gateway as who has a token. */
function clientOf({ port }: FleetGateway, token: string) {
  return async (method: string, path: string, body?: object | Uint8Array) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      ...{ method, headers: { authorization: `Bearer ${token}` } },
      ...(body !== undefined && { body: body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body) }),
    });
    const text = await answer.text();
    const isJson = answer.headers.get('content-type') === 'application/json';
    return { status: answer.status, body: isJson ? JSON.parse(text) : text };
  };
}

async function demoSnapshot(): Promise<Uint8Array> {
  await using machine = await Machine.create({ memory: 16, boot: { demo: true } });
  await machine.start();
  await machine.serial.expect(/demo> $/);
  await machine.pause();
  return await machine.snapshot();
}

describe.skipIf(noRedis !== '')(`tokens at the gateway${noRedis}`, () => {
  test('give rights in their scope, and are needed from elsewhere', async () => {
    await using gateway = await listen({ needsToken: true });
    const at = `http://127.0.0.1:${gateway.port}`;
    expect((await fetch(`${at}/machines`)).status).toBe(401);
    const viewer = clientOf(gateway, await tokens.create({ tenant: 'acme', scopes: ['view'] }));
    expect(await viewer('GET', '/machines')).toEqual({ status: 200, body: [] });
    expect(await viewer('POST', '/machines/x', {})).toEqual({ status: 403, body: 'the token is not for machines' });
    expect((await clientOf(gateway, 'rwf_no')('GET', '/machines')).status).toBe(401);
    expect((await viewer('GET', '/other')).status).toBe(404);
    expect((await viewer('PUT', '/machines')).status).toBe(405);
    const token = await tokens.create({ tenant: 'acme', scopes: ['console'] });
    const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}/machines/x/console`, [`token.${token}`]);
    const reason = new Promise((resolve) => socket.on('close', (_, why) => resolve(why.toString())));
    expect(await reason).toContain("there is no machine 'acme/x'");
    const none = new WebSocket(`ws://127.0.0.1:${gateway.port}/machines/x/console`);
    const refused = new Promise((resolve) =>
      none.on('unexpected-response', (_, { statusCode }) => resolve(statusCode)),
    );
    none.on('error', () => {});
    expect(await refused).toBe(401);
  });

  test('are not needed on the loopback, but a name of it', async () => {
    await using gateway = await listen();
    const at = `http://127.0.0.1:${gateway.port}`;
    expect((await fetch(`${at}/machines`)).status).toBe(200);
    const asked = async (headers: Record<string, string>) => (await fetch(`${at}/machines`, { headers })).status;
    expect(await asked({ origin: at })).toBe(200);
    expect(await asked({ origin: 'https://bad.example' })).toBe(403);
    expect(await asked({ authorization: 'Bearer rwf_no' })).toBe(401);
    // As when somebody's name leads here.
    const place = { host: '127.0.0.1', port: gateway.port, path: '/machines', headers: { host: 'bad.example' } };
    const [answer] = (await once(request(place).end(), 'response')) as [IncomingMessage];
    expect(answer.resume().statusCode).toBe(403);
  });
});

/** A console that is open, of a machine that no host has. */
async function openConsole({ port }: FleetGateway, registry: Registry, tenant: string) {
  await registry.add(`${tenant}/open`, resting);
  const token = await tokens.create({ tenant, scopes: ['console'] });
  const socket = new WebSocket(`ws://127.0.0.1:${port}/machines/open/console`, [`token.${token}`]);
  const closed = new Promise((resolve) => socket.on('close', (_, reason) => resolve(reason.toString())));
  await once(socket, 'open');
  return { socket, closed, id: (await tokens.check(token))!.id };
}

const resting: NewMachine = {
  ...{ image: 'none', memory: 2 ** 40, limits: {}, every: 0, idle: 0, policy: 'restart', manifest: '', offset: 0 },
  ...{ wanted: 'suspended', state: 'suspended' },
};

describe.skipIf(noRedis !== '')(`consoles that are open${noRedis}`, () => {
  test('are closed when their token is revoked, or their tenant removed', async () => {
    const redis = fleet.connect();
    const [registry, tenants] = [new Registry(redis), new Tenants(redis)];
    await tenants.set('leaves', {});
    await using gateway = await listen({ needsToken: true });
    const revoked = await openConsole(gateway, registry, 'acme');
    const removed = await openConsole(gateway, registry, 'leaves');
    const valid = await openConsole(gateway, registry, 'other');
    await tokens.revoke(revoked.id);
    await registry.want('leaves/open', 'gone');
    await tenants.remove('leaves', fleet.store);
    for (const { closed } of [revoked, removed])
      expect(await closed).toBe('its token is not valid any more, or not for consoles');
    expect(valid.socket.readyState).toBe(WebSocket.OPEN);
    for (const tenant of ['acme', 'other']) await registry.want(`${tenant}/open`, 'gone');
    redis.disconnect();
  });

  test('are so many of a tenant at the same time', async () => {
    const redis = fleet.connect();
    const registry = new Registry(redis);
    await using gateway = await listen({ needsToken: true });
    await registry.add('acme/open', resting);
    const token = await tokens.create({ tenant: 'acme', scopes: ['console'] });
    const open = () => new WebSocket(`ws://127.0.0.1:${gateway.port}/machines/open/console`, [`token.${token}`]);
    const sockets = Array.from({ length: 100 }, open);
    await Promise.all(sockets.map((socket) => once(socket, 'open')));
    const [, answer] = (await once(
      open().on('error', () => {}),
      'unexpected-response',
    )) as [object, IncomingMessage];
    expect(answer.statusCode).toBe(429);
    sockets[0]!.close();
    await once(sockets[0]!, 'close');
    await once(open(), 'open');
    await registry.want('acme/open', 'gone');
    redis.disconnect();
  });
});

describe.skipIf(noRedis !== '')(`the gateway's interface${noRedis}`, () => {
  test("has a tenant's machines, images and jobs, and nobody else's", async () => {
    await using gateway = await listen({ needsToken: true });
    const own = checkedScopes(scopes.filter((scope) => scope !== 'hosts'));
    const [acme, other] = (await Promise.all(
      ['acme', 'other'].map(async (tenant) => clientOf(gateway, await tokens.create({ tenant, scopes: own }))),
    )) as [ReturnType<typeof clientOf>, ReturnType<typeof clientOf>];
    fleet.host(5);
    fleet.worker(1);
    expect((await acme('PUT', '/images/demo', await demoSnapshot())).body).toEqual({ name: 'demo', memory: 16 << 20 });
    expect(await acme('PUT', '/images/bad', Buffer.from('no'))).toMatchObject({ status: 409 });
    expect((await other('GET', '/images')).body).toEqual([]);
    const start = { image: 'demo', checkpoint: 0, processor: 30 };
    expect((await other('POST', '/machines/web', start)).body).toMatch(/there is no image 'demo'/);
    expect(await acme('POST', '/machines/web', start)).toMatchObject({
      status: 201,
      body: { name: 'web', memory: 16 << 20 },
    });
    await expect.poll(async () => (await acme('GET', '/machines/web')).body.state).toBe('running');
    expect((await other('GET', '/machines/web')).status).toBe(409);
    expect((await other('GET', '/machines/acme%2Fweb')).body).toMatch(/is no name of a machine/);
    expect((await acme('POST', '/machines/web/clone', { name: 'copy' })).status).toBe(204);
    expect((await acme('POST', '/machines/web/snapshot', { image: 'later' })).body.name).toBe('later');
    expect((await acme('POST', '/machines/web/suspend')).status).toBe(204);
    for (const name of ['web', 'copy']) expect((await acme('POST', `/machines/${name}/stop`)).status).toBe(204);
    expect((await acme('GET', '/machines')).body).toEqual([]);
    expect((await acme('DELETE', '/images/later')).status).toBe(204);

    const module =
      'export default async (machine, { number, artefact }) => { artefact("a.txt", "hello"); return number; };';
    const { body: run } = await acme('POST', '/runs', { image: 'demo', module, count: 2 });
    const results: unknown[] = [];
    for (let next = '0'; results.length < 2; ) {
      const { body } = await acme('GET', `/runs/${run.id}/results?after=${next}`);
      results.push(...body.results);
      next = body.next;
    }
    expect(results).toMatchObject([{ status: 'done' }, { status: 'done' }]);
    expect((await acme('GET', `/runs/${run.id}/1/files/a.txt`)).body).toBe('hello');
    expect((await acme('GET', '/runs')).body).toEqual([{ id: run.id, count: 2, ended: 2, submitted: true }]);
    const all = clientOf(gateway, await tokens.create({ tenant: '', scopes }));
    expect((await all('GET', `/runs/acme%2F${run.id}/1/files/a.txt`)).body).toBe('hello');
    expect((await acme('GET', `/runs/${run.id}:results/results`)).body).toMatch(/there is no run/);
    for (const path of ['results', '1/files/a.txt'])
      expect((await other('GET', `/runs/${run.id}/${path}`)).status).toBe(409);
    expect((await other('GET', '/runs')).body).toEqual([]);
    expect((await acme('DELETE', `/runs/${run.id}`)).status).toBe(204);
  });
});

describe.skipIf(noRedis !== '')(`requests to the gateway${noRedis}`, () => {
  test('have bodies of some length at most, short ones of who has no token', async () => {
    await using gateway = await listen({ needsToken: true });
    const ask = clientOf(gateway, await tokens.create({ tenant: 'acme', scopes: ['jobs', 'view'] }));
    const [long, longer] = [Buffer.alloc(5000, ' '), Buffer.alloc(9 << 20, ' ')];
    expect(await ask('POST', '/login', long)).toEqual({ status: 409, body: 'the body has more than 4096 bytes' });
    expect(await ask('POST', '/runs', longer)).toEqual({ status: 409, body: 'the body has more than 8388608 bytes' });
    expect((await ask('GET', '/runs')).status).toBe(200);
  });

  test('with images are as many at a time as there is memory for', async () => {
    await using gateway = await listen({ needsToken: true });
    const token = await tokens.create({ tenant: 'acme', scopes: ['images'] });
    const headers = { authorization: `Bearer ${token}` };
    const slow = request({ host: '127.0.0.1', port: gateway.port, path: '/images/slow', method: 'PUT', headers });
    slow.on('error', () => {}).write('the first part');
    const put = async () => (await clientOf(gateway, token)('PUT', '/images/bad', Buffer.from('no'))).status;
    await expect.poll(put).toBe(429);
    slow.destroy();
    await expect.poll(put).toBe(409);
  });

  test('do not tell where the store is, when that takes nothing', async () => {
    const said: string[] = [];
    const store = new FolderStore('/dev/null/store');
    await using gateway = await listen({ store, log: (message) => void said.push(message) });
    const ask = clientOf(gateway, await tokens.create({ tenant: 'acme', scopes: ['images'] }));
    expect(await ask('PUT', '/images/demo', await demoSnapshot())).toEqual({
      ...{ status: 503, body: 'it cannot be had now' },
    });
    expect(said.join()).toMatch(/cannot write \/dev\/null\/store/);
  });

  test('for the queue leave nothing behind', async () => {
    const redis = fleet.connect();
    await using gateway = await listen({ connect: () => redis });
    const ask = clientOf(gateway, await tokens.create({ tenant: '', scopes }));
    const listeners = () => redis.eventNames().reduce((sum, name) => sum + redis.listenerCount(name), 0);
    await ask('GET', '/queue');
    const before = listeners();
    for (let n = 0; n < 5; n++) expect((await ask('GET', '/queue')).status).toBe(200);
    expect(listeners()).toBe(before);
  });

  test.each([
    ['POST', '/machines/x', {}, /give image/],
    ['POST', '/machines/x', { image: 3 }, /image must be a text/],
    ['POST', '/machines/x', { image: 'demo', checkpoint: '5' }, /checkpoint must be a number/],
    ['POST', '/machines/x', { image: 'demo', policy: 'hope' }, /it must be restart or lost/],
    ['POST', '/machines/x', { image: 'demo', processor: -1 }, /limits.processor is -1; it must be a number/],
    ['POST', '/machines/x/clone', {}, /give name/],
    ['POST', '/runs', { image: 'none', script: 'ls' }, /there is no image 'none'/],
    ['GET', '/runs/none/results', undefined, /there is no run 'none'/],
    ['GET', '/machines/%zz', undefined, /is no part of an address/],
    ['POST', '/machines/x', Buffer.from('{'), /the body is no object in JSON/],
  ])('%s %s %j is refused in words', async (method, path, body, message) => {
    await using gateway = await listen();
    const token = await tokens.create({ tenant: '', scopes });
    const answer = await clientOf(gateway, token)(method, path, body);
    expect(answer).toEqual({ status: 409, body: expect.stringMatching(message) });
  });
});

describe.skipIf(noRedis !== '')(`what is sent as a tenant is removed${noRedis}`, () => {
  test.each([
    ['PUT', '/images/late'],
    ['POST', '/runs'],
  ])('by %s %s goes nowhere', async (method, path) => {
    const redis = fleet.connect();
    const tenants = new Tenants(redis);
    await tenants.set('leaves', {});
    await using gateway = await listen({ needsToken: true });
    const token = await tokens.create({ tenant: 'leaves', scopes: ['images', 'jobs'] });
    const headers = { authorization: `Bearer ${token}` };
    const check = vi.spyOn(Tokens.prototype, 'check');
    const slow = request({ host: '127.0.0.1', port: gateway.port, path, method, headers });
    slow.write('{');
    // It was let in.
    await expect.poll(() => check.mock.settledResults).toMatchObject([{ type: 'fulfilled' }]);
    check.mockRestore();
    await tenants.remove('leaves', fleet.store);
    const [answer] = (await once(slow.end('}'), 'response')) as [IncomingMessage];
    expect((await answer.toArray()).join('')).toBe('its token is not valid any more');
    redis.disconnect();
  });

  test('leaves no image behind, though it has its name by then', async () => {
    const redis = fleet.connect();
    const tenants = new Tenants(redis);
    await tenants.set('leaves', {});
    const store = new FolderStore(fleet.store.place);
    const put = store.put.bind(store);
    store.put = async (key, bytes) => {
      if (key === 'tenants/leaves/images/late') await tenants.remove('leaves', fleet.store);
      await put(key, bytes);
    };
    await using gateway = await listen({ needsToken: true, store });
    const ask = clientOf(gateway, await tokens.create({ tenant: 'leaves', scopes: ['images'] }));
    expect(await ask('PUT', '/images/late', await demoSnapshot())).toEqual({
      ...{ status: 409, body: 'its token is not valid any more' },
    });
    expect(await fleet.store.list('tenants/leaves/')).toEqual([]);
    redis.disconnect();
  });
});

describe.skipIf(noRedis !== '')(`TLS${noRedis}`, () => {
  test('is what a gateway speaks that has a certificate', async () => {
    await using gateway = await listen({ tls: certificate });
    const status = new Promise((resolve, reject) => {
      const address = { host: 'localhost', port: gateway.port, path: '/machines', ca: certificate.cert };
      get(address, (answer) => resolve(answer.resume().statusCode)).on('error', reject);
    });
    expect(await status).toBe(200);
    const socket = new WebSocket(`wss://localhost:${gateway.port}/machines/x/console`, { ca: certificate.cert });
    expect(await new Promise((resolve) => socket.on('close', (_, why) => resolve(why.toString())))).toContain(
      "there is no machine 'x'",
    );
    const cert = join(fleet.folder, 'cert.pem');
    expect((await fleet.command('gateway', '--tls-certificate', cert)).errors).toMatch(/give both/);
    expect((await fleet.command('gateway', '--tls-certificate', cert, '--tls-key', cert)).errors).toMatch(
      /are no certificate and its key/,
    );
  });

  test('is the way to a Redis whose address begins with rediss', async () => {
    const [port, cert] = [await freePort(), join(fleet.folder, 'cert.pem')];
    const tls = ['--tls-port', `${port}`, '--tls-cert-file', cert, '--tls-key-file', join(fleet.folder, 'key.pem')];
    const words = ['--port', '0', '--bind', '127.0.0.1', ...tls, '--tls-auth-clients', 'no', '--save', ''];
    const server = spawn('redis-server', [...words, '--dir', fleet.folder], { stdio: 'ignore' });
    try {
      // The command waits for it.
      const environment = { NODE_EXTRA_CA_CERTS: cert };
      const address = `rediss://localhost:${port}`;
      const made = await fleet.commandWith(environment, 'token', 'create', '--redis', address);
      expect(made).toMatchObject({ code: 0, output: expect.stringMatching(/^rwf_/) });
      const list = await fleet.commandWith(environment, 'token', 'list', '--redis', address);
      expect(list.output.trim().split('\n')).toHaveLength(2);
    } finally {
      server.kill('SIGKILL');
    }
  });
});
