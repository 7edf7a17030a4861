import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { FleetGateway } from '../src/gateway/gateway.ts';
import { FleetMachines } from '../src/machines/machines.ts';
import { MachineNetworks } from '../src/machines/networks.ts';
import { putCounter } from './support/counter-guest.ts';
import { noRedis, putDemo, putNetworked, TestFleet } from './support/fleet.ts';
import { freePort } from './support/ports.ts';

const start = { image: 'demo', every: 0, limits: { processor: 30 } };

let fleet: TestFleet;
let machines: FleetMachines;
beforeAll(async () => {
  if (noRedis !== '') return;
  fleet = await TestFleet.start();
  machines = new FleetMachines(fleet.connect, fleet.store);
  await putDemo(fleet.store);
  await putCounter(fleet.store);
  fleet.host(5);
});
afterAll(async () => {
  await machines?.[Symbol.asyncDispose]();
  await fleet?.[Symbol.asyncDispose]();
});

/** Types a line into a machine, if there is one, and waits for an answer. */
async function ask(name: string, line: string, answer: RegExp): Promise<string> {
  await using console = machines.console(name);
  const output = console.output('kept');
  let text = '';
  if (line !== '') await console.send(Buffer.from(`${line}\r`));
  for await (const { bytes } of output) {
    text += Buffer.from(bytes).toString();
    const found = text.match(answer);
    if (found) return found[1] ?? found[0];
  }
  throw new Error('the console is closed');
}

describe.skipIf(noRedis !== '')(`machines that stay${noRedis}`, () => {
  test('run on a host, and have a console', async () => {
    await machines.start('one', start);
    expect(await machines.running('one')).toMatchObject({ image: 'demo', policy: 'restart', token: 1 });
    expect(await ask('one', 'echo hello you', /\n(hello you)/)).toBe('hello you');
    const { code, output } = await fleet.command('ps');
    expect(output).toMatch(/one +running +\S+ +16 MB/);
    expect(code).toBe(0);
    await machines.stop('one');
    await expect(machines.find('one')).rejects.toThrow(/there is no machine 'one'/);
  });

  test('are suspended and resumed, go on from where they were, and have no host meanwhile', async () => {
    await machines.start('sleeper', { ...start, image: 'counter' });
    await ask('sleeper', '', /0000000A/);
    await machines.suspend('sleeper');
    const { offset, state } = await machines.find('sleeper');
    expect(state).toBe('suspended');
    await expect(ask('sleeper', 'x', /x/)).rejects.toThrow(/sleeper does not run now/);
    await machines.resume('sleeper');
    await machines.running('sleeper');
    // Each number has nine characters.
    const next = Math.floor(offset / 9) + 2;
    const text = await ask('sleeper', '', new RegExp(`[^]*${next.toString(16).toUpperCase().padStart(8, '0')}\\n`));
    expect(text).not.toContain('!');
    const numbers = [...text.matchAll(/[\dA-F]{8}/g)].map(([digits]) => Number.parseInt(digits, 16));
    expect(numbers).toEqual(numbers.map((_, n) => n + 1));
    await machines.stop('sleeper');
  });

  test('are cloned, and make images', async () => {
    await machines.start('first', { ...start, image: 'counter' });
    await ask('first', '', /00000008/);
    await machines.clone('first', 'second');
    await machines.running('second');
    expect(Number.parseInt(await ask('second', '', /^([\dA-F]{8})\n/), 16)).toBeGreaterThan(8);
    const { manifest } = await machines.snapshot('second', 'counted');
    expect(manifest).toBe((await machines.find('second')).manifest);
    await machines.start('third', { ...start, image: 'counted' });
    expect(Number.parseInt(await ask('third', '', /^([\dA-F]{8})\n/), 16)).toBeGreaterThan(9);
    await machines.suspend('third');
    await machines.clone('third', 'fourth');
    expect((await machines.running('fourth')).image).toBe('counted');
    for (const name of ['first', 'second', 'third', 'fourth']) await machines.stop(name);
  });
});

describe.skipIf(noRedis !== '')(`guests that end${noRedis}`, () => {
  test('by themselves are off until they are resumed', async () => {
    await machines.start('off', start);
    await machines.running('off');
    await using console = machines.console('off');
    await console.send(Buffer.from('poweroff\r'));
    await expect.poll(async () => (await machines.find('off')).state).toBe('ended');
    await machines.resume('off');
    await machines.running('off');
    expect(await ask('off', 'echo hello again', /\n(hello again)/)).toBe('hello again');
    await machines.stop('off');
  });
});

/** A client of the gateway, with what it has heard. */
function clientOf(address: string, origin?: string) {
  const socket = new WebSocket(address, { ...(origin && { origin }) });
  const client = { socket, text: '', status: 0, reason: '' };
  socket.on('message', (bytes: Buffer) => {
    client.text += bytes.toString();
  });
  socket.on('unexpected-response', (_, { statusCode }) => {
    client.status = statusCode!;
  });
  socket.on('close', (_, reason) => {
    client.reason = reason.toString();
  });
  socket.on('error', () => {});
  return client;
}

describe.skipIf(noRedis !== '')(`ports of machines${noRedis}`, () => {
  test('that are taken at the gateway are told of by start', async () => {
    const [port, free] = [await freePort(), await freePort()];
    const server = createServer().listen(port, '127.0.0.1');
    await putNetworked(fleet.store);
    const words = ['start', 'served', '--image', 'networked', '--checkpoint', '0', '--forward', `${port}:80`];
    const alone = await fleet.command(...words);
    expect(alone).toMatchObject({
      code: 1,
      errors: expect.stringMatching(/no gateway has the ports of served; start/),
    });
    await machines.stop('served');
    await using _networks = await MachineNetworks.start({
      ...{ connect: fleet.connect, address: '127.0.0.1', log: () => {} },
    });
    const taken = await fleet.command(...words);
    expect(taken.output).toMatch(/^served runs on /);
    expect(taken).toMatchObject({
      code: 1,
      errors: expect.stringMatching(/the ports of served lead nowhere: .*in use/),
    });
    expect((await fleet.command('ps')).output).toMatch(/served +running .*in use/);
    server.close();
    await expect.poll(async () => (await machines.find('served')).ports).toBe('open');
    const other = await fleet.command('start', 'other', ...words.slice(2, -1), `${free}:80`);
    expect(other).toMatchObject({ code: 0, errors: '' });
    for (const name of ['served', 'other']) await machines.stop(name);
  });
});

describe.skipIf(noRedis !== '')(`the gateway${noRedis}`, () => {
  test('keeps what is typed into a machine that is starting', async () => {
    const { connect, store } = fleet;
    await using gateway = await FleetGateway.listen({ connect, store, address: '127.0.0.1', port: 0, log: () => {} });
    await machines.start('early', start);
    const client = clientOf(`ws://127.0.0.1:${gateway.port}/machines/early/console`);
    await once(client.socket, 'open');
    client.socket.send('echo hello early\r');
    await expect.poll(() => client.text || client.reason).toMatch(/\nhello early/);
    client.socket.close();
    await machines.stop('early');
  });

  test('has the consoles of machines, and wakes those that nobody used', async () => {
    const origins = ['https://good.example'];
    const { connect, store } = fleet;
    const settings = { connect, store, address: '127.0.0.1', port: 0, origins, log: () => {} };
    await using gateway = await FleetGateway.listen(settings);
    const at = `127.0.0.1:${gateway.port}`;
    await machines.start('idler', { ...start, idle: 20 });
    await machines.running('idler');
    expect(await (await fetch(`http://${at}/machines`)).json()).toContainEqual(
      expect.objectContaining({ name: 'idler', state: 'running' }),
    );
    await expect.poll(async () => (await machines.find('idler')).state).toBe('suspended');
    const client = clientOf(`ws://${at}/machines/idler/console`, 'https://good.example');
    await once(client.socket, 'open');
    await expect.poll(async () => (await machines.find('idler')).state).toBe('running');
    client.socket.send('echo hello page\r');
    await expect.poll(() => client.text).toMatch(/\nhello page/);
    // Its console tells again and again that it is used.
    const { used } = await machines.find('idler');
    await expect.poll(async () => (await machines.find('idler')).used).toBeGreaterThan(used + 2);
    expect((await machines.find('idler')).state).toBe('running');
    client.socket.close();
    await machines.stop('idler');
    const bad = clientOf(`ws://${at}/machines/idler/console`, 'https://bad.example');
    const none = clientOf(`ws://${at}/other`);
    const gone = clientOf(`ws://${at}/machines/idler/console`);
    await expect.poll(() => [bad.status, none.status]).toEqual([403, 404]);
    await expect.poll(() => gone.reason).toMatch(/there is no machine 'idler'/);
  });
});

describe.skipIf(noRedis !== '')(`machines and their hosts${noRedis}`, () => {
  test('are apart while no host has room', async () => {
    await machines.start('large', start);
    await machines.running('large');
    await machines.suspend('large');
    await fleet.connect().hset('rawiron:machine:large', 'memory', 2 ** 40);
    await machines.resume('large');
    await wait(3000);
    expect((await machines.find('large')).state).toBe('waiting');
    await machines.stop('large');
  });

  test('wait for a Redis that is away for longer than a lease, and are together again', async () => {
    await machines.start('patient', { ...start, image: 'counter' });
    const { owner } = await machines.running('patient');
    await ask('patient', '', /00000004/);
    await fleet.redis.kill('SIGKILL');
    await wait(8000);
    fleet.redis.start();
    await wait(2000);
    const { token, owner: then } = await machines.find('patient');
    expect([token, then]).toEqual([1, owner]);
    await expect.poll(() => machines.find('patient')).toMatchObject({ state: 'running' });
    await ask('patient', '', /00000040/);
    expect((await machines.find('patient')).token).toBe(1);
    await machines.stop('patient');
  });

  test('are parted when a host is shut down: others take what it had', async () => {
    await machines.start('moving', { ...start, image: 'counter' });
    const { owner } = await machines.running('moving');
    await ask('moving', '', /00000006/);
    const pid = Number(owner.split('-').at(-2));
    fleet.host(5);
    await expect.poll(async () => (await machines.hosts()).length).toBe(2);
    process.kill(pid, 'SIGTERM');
    // It may be taken more than once on a busy host.
    await expect.poll(async () => (await machines.find('moving')).token).toBeGreaterThan(1);
    await expect.poll(async () => await machines.find('moving')).toMatchObject({ state: 'running' });
    expect((await machines.find('moving')).owner).not.toBe(owner);
    await ask('moving', '', /00000020/);
    await machines.stop('moving');
  });
});

describe.skipIf(noRedis !== '')(`the command for machines${noRedis}`, () => {
  test('starts, shows and ends them', async () => {
    expect((await fleet.command('start', 'x', '--image', 'demo', '--checkpoint', '0', '--lost')).output).toMatch(
      /^x runs on /,
    );
    const { machines: all } = JSON.parse((await fleet.command('ps', '--json')).output);
    expect(all).toMatchObject([{ name: 'x', state: 'running', policy: 'lost', every: 0 }]);
    expect((await fleet.command('snapshot', 'x', 'of-x')).output).toMatch(/^of-x {2}[\da-f]{12}\n$/);
    expect((await fleet.command('suspend', 'x')).output).toBe('x is suspended\n');
    expect((await fleet.command('resume', 'x')).output).toMatch(/^x runs on /);
    expect((await fleet.command('clone', 'x', 'y')).output).toMatch(/^y runs on /);
    for (const name of ['x', 'y']) expect((await fleet.command('stop', name)).output).toBe(`${name} is gone\n`);
    expect((await fleet.command('clean')).output).toBe('0 objects removed, 0.0 MB; 0 more may go in a day\n');
  });

  test.each([
    [['start', 'x'], /give --image NAME/],
    [['start', '--image', 'demo'], /give start NAME/],
    [['start', 'x', '--image', 'demo', '--lost', '--restart'], /--restart and --lost: give one of them/],
    [['start', 'a/b/c', '--image', 'demo'], /'a\/b\/c' is no name of a machine/],
    [['start', 'x', '--image', 'other'], /there is no image 'other'/],
    [['start', 'x', '--image', 'demo', '--checkpoint', '100000'], /checkpoint is 100000/],
    [['start', 'x', '--image', 'demo', '--idle', '3'], /idle is 3; it must be a whole number of seconds, 10 to 86400/],
    [['start', 'x', '--image', 'demo', '--processor', '300'], /limits.processor is 300; it must be a number from 1 to/],
    [['start', 'x', '--image', 'demo', '--memory', 'much'], /limits.memory/],
    [['gateway', '--listen', 'here'], /--listen here: give an address such as/],
    [['suspend', 'none'], /there is no machine 'none'; 'rawiron-fleet ps' shows/],
    [['snapshot', 'none', 'x'], /there is no machine 'none'/],
    [['clone', 'none'], /give clone NAME NEW/],
    [['console', 'none'], /there is no machine 'none'/],
    [['host', '--memory', 'much'], /--memory much: give a size such as 512M or 8G/],
    [['host', '--lease', '0'], /--lease 0: give 1 to 600 seconds/],
    [['host', '--slack', '2000'], /limits.slack is 2000; it must be a whole number from 0 to 1000/],
    [['host', '--store', 'ftp://x'], /is no store/],
  ])('%j is refused in words', async (words, message) => {
    const { code, errors } = await fleet.command(...words);
    expect(errors).toMatch(message);
    expect(errors.split('\n')).toHaveLength(2);
    expect(code).toBe(2);
  });
});
