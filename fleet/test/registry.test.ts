import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newsChannel, outputKey, UNUSED } from '../src/machines/record.ts';
import { type Holding, type NewMachine, Registry } from '../src/machines/registry.ts';
import { noRedis, TestFleet } from './support/fleet.ts';

let fleet: TestFleet;
let redis: Redis;
let registry: Registry;
beforeAll(async () => {
  if (noRedis !== '') return;
  fleet = await TestFleet.start();
  redis = fleet.connect();
  registry = new Registry(redis);
});
afterAll(async () => {
  redis?.disconnect();
  await fleet?.[Symbol.asyncDispose]();
});

const machine: NewMachine = {
  ...{ image: 'demo', memory: 1000, limits: {}, every: 60, idle: 0, policy: 'restart', manifest: 'aa', offset: 0 },
  ...{ wanted: 'running', state: 'waiting' },
};

/** Memory of the host that beat last: the next one has more. */
let memory = 2 ** 40;

/** The token of a machine that waits, taken by a host that has more room than all others, which may beat for the first time. */
async function take(name: string, host: string): Promise<number | undefined> {
  const others = (await registry.list()).map((machine) => machine.name).filter((other) => other !== name);
  memory += 2 ** 40;
  await registry.beat({ id: host, memory, isOpen: true });
  return (await registry.claim(host, others))?.token;
}

/** A machine that a host has taken, which has beaten once. */
async function taken(name: string, changes: Partial<NewMachine> = {}): Promise<Holding> {
  await registry.add(name, { ...machine, ...changes });
  const host = `host-of-${name}`;
  return { name, host, token: (await take(name, host))! };
}

async function output(name: string): Promise<string> {
  const entries = await redis.xrange(outputKey(name), '-', '+');
  return entries.map(([, fields]) => (fields[4] === 'bytes' ? fields[5] : '#')).join('|');
}

describe.skipIf(noRedis !== '')(`the registry${noRedis}`, () => {
  test('gives a machine to one host', async () => {
    const { token } = await taken('one');
    expect(token).toBe(1);
    expect(await take('one', 'other')).toBe(undefined);
    expect(await registry.find('one')).toMatchObject({ state: 'starting', owner: 'host-of-one', token: 1 });
    await expect(registry.add('one', machine)).rejects.toThrow(/there is a machine 'one' already/);
    await expect(registry.add('no/na/me', machine)).rejects.toThrow(/is no name of a machine/);
    await expect(registry.find('none')).rejects.toThrow(/there is no machine 'none'/);
  });

  test('frees it when its host is lost, and not when that has beaten since', async () => {
    const holding = await taken('lost');
    const { host } = holding;
    await registry.beat({ id: host, memory: 1, isOpen: true });
    expect(await registry.free('lost', { id: host, beat: 1 })).toBe(false);
    expect(await registry.free('lost', { id: 'other', beat: 2 })).toBe(false);
    expect(await registry.free('lost', { id: host, beat: 2 })).toBe(true);
    expect(await registry.find('lost')).toMatchObject({ state: 'waiting', owner: '' });
    expect(await take('lost', 'other')).toBe(2);
  });

  test('refuses all that a host says which has it no more', async () => {
    const old = await taken('fenced');
    expect(await registry.say(old, 0, Buffer.from('old'))).toBe(true);
    expect(await registry.publish(old, { manifest: 'bb', offset: 3, answered: 0 }, 'running')).toBe(true);
    expect(await registry.say(old, 3, Buffer.from(' lost'))).toBe(true);
    await registry.free('fenced', { id: old.host, beat: 1 });
    const now = { ...old, host: 'next', token: (await take('fenced', 'next'))! };
    const again = { ...old, token: now.token };
    for (const stale of [old, again, { ...now, token: old.token }]) {
      expect(await registry.holds(stale)).toBe(false);
      expect(await registry.say(stale, 3, Buffer.from('no'))).toBe(false);
      expect(await registry.publish(stale, { manifest: 'cc', offset: 9, answered: 0 }, 'running')).toBe(false);
      expect(await registry.leave(stale, 'waiting', '')).toBe(false);
    }
    expect(await registry.say(now, 3, Buffer.from(' new'))).toBe(true);
    expect(await registry.find('fenced')).toMatchObject({ manifest: 'bb', offset: 3, owner: 'next' });
    expect(await output('fenced')).toBe('old|#| lost| new');
  });
});

describe.skipIf(noRedis !== '')(`the registry's machines${noRedis}`, () => {
  test('have output once, though it is said twice', async () => {
    const holding = await taken('twice');
    for (const [at, text] of [
      [0, 'ab'],
      [0, 'ab'],
      [0, 'abc'],
      [3, 'd'],
    ] as const)
      expect(await registry.say(holding, at, Buffer.from(text))).toBe(true);
    expect(await registry.say(holding, 5, Buffer.from('gap'))).toBe(false);
    expect(await output('twice')).toBe('ab|c|d');
  });

  test('are what their owner wanted when their host is lost', async () => {
    const lost = await taken('stays', { policy: 'lost' });
    await registry.free('stays', { id: lost.host, beat: 1 });
    expect(await registry.find('stays')).toMatchObject({
      state: 'lost',
      owner: '',
      problem: 'its host host-of-stays was lost',
    });
    expect(await take('stays', 'other')).toBe(undefined);
    await registry.want('stays', 'running');
    expect(await take('stays', 'other')).toBe(2);

    const suspended = await taken('suspended');
    await registry.want('suspended', 'suspended');
    await registry.free('suspended', { id: suspended.host, beat: 1 });
    expect(await registry.find('suspended')).toMatchObject({ state: 'suspended', owner: '' });

    const gone = await taken('gone');
    await registry.want('gone', 'gone');
    expect(await registry.look('gone')).toMatchObject({ owner: gone.host });
    await registry.free('gone', { id: gone.host, beat: 1 });
    expect(await registry.look('gone')).toBe(undefined);
    expect((await registry.list()).map(({ name }) => name)).not.toContain('gone');
  });

  test('are suspended, resumed and removed', async () => {
    const holding = await taken('life');
    await registry.want('life', 'suspended');
    expect(await registry.publish(holding, { manifest: 'bb', offset: 3, answered: 0 }, 'suspended')).toBe(true);
    expect(await registry.find('life')).toMatchObject({ state: 'suspended', owner: '', manifest: 'bb' });
    await registry.want('life', 'running');
    // It is given back so that another host takes it, as when this one is shut down.
    const next = { ...holding, token: (await take('life', holding.host))! };
    expect(await registry.publish(next, { manifest: 'cc', offset: 4, answered: 0 }, 'suspended')).toBe(true);
    expect(await registry.find('life')).toMatchObject({ state: 'waiting', owner: '', manifest: 'cc' });
    await registry.want('life', 'suspended');
    expect(await registry.find('life')).toMatchObject({ state: 'suspended' });
    await registry.want('life', 'gone');
    expect(await registry.look('life')).toBe(undefined);
    await expect(registry.want('life', 'running')).rejects.toThrow(/there is no machine 'life'/);

    const ending = await taken('ending');
    await registry.want('ending', 'gone');
    expect(await registry.publish(ending, { manifest: 'bb', offset: 3, answered: 0 }, 'suspended')).toBe(true);
    expect(await registry.look('ending')).toBe(undefined);
  });
});

test.skipIf(noRedis !== '')(`machines with ports are known as such as long as they are there${noRedis}`, async () => {
  const withPorts = async () => (await registry.withPorts()).map(({ name }) => name);
  const cards = [{ model: 'e1000', mac: '52:54:00:12:34:56' }];
  await registry.add('portless', { ...machine, network: { cards, forwards: [] } });
  await taken('on-a-host', { network: { cards, forwards: [{ port: 1, guestPort: 2 }] } });
  await registry.add('waits', { ...machine, network: { cards, forwards: [{ port: 3, guestPort: 4 }] } });
  expect(await withPorts()).toEqual(['on-a-host', 'waits']);
  await registry.want('waits', 'gone');
  expect(await withPorts()).toEqual(['on-a-host']);
  await registry.want('on-a-host', 'gone');
  await registry.leave({ name: 'on-a-host', host: 'host-of-on-a-host', token: 1 }, 'waiting', '');
  expect(await withPorts()).toEqual([]);
});

describe.skipIf(noRedis !== '')(`the output of machines${noRedis}`, () => {
  test('is kept as far as there is room for it, in bytes and in parts, the last of it', async () => {
    const holding = await taken('loud');
    const part = Buffer.alloc(1 << 20, 'x');
    for (let n = 0; n < 6; n++) expect(await registry.say(holding, n * part.length, part)).toBe(true);
    expect(await output('loud')).toHaveLength(4 * part.length + 3);
    let at = 6 * part.length;
    for (; at < 6 * part.length + 2500; at++) await registry.say(holding, at, Buffer.from('y'));
    expect(await redis.xlen(outputKey('loud'))).toBe(2000);
    expect(await output('loud')).not.toContain('x');
    await registry.say(holding, at, Buffer.alloc(5 << 20, 'z'));
    await registry.say(holding, at + (5 << 20), Buffer.from('end'));
    expect(await output('loud')).toBe('end');
  });
});

describe.skipIf(noRedis !== '')(`the registry's hosts${noRedis}`, () => {
  beforeAll(async () => {
    if (noRedis === '') await redis.flushall();
  });

  test('are offered what waits by the memory that they have left, and once until they are heard of again', async () => {
    const told: string[] = [];
    const hearing = fleet.connect();
    hearing.on('message', (channel: string, name: string) => void told.push(`${channel.split(':')[2]} ${name}`));
    await hearing.subscribe(...['large', 'small'].map(newsChannel));
    for (const [id, memory] of [
      ['large', 2 ** 30],
      ['small', 2 ** 29],
    ] as const)
      await registry.beat({ id, memory, isOpen: true });
    for (const name of ['a', 'b', 'c']) await registry.add(name, machine);
    await expect.poll(() => told).toEqual(['large a', 'small b']);
    // The large one does not come: the small one has the most room of those that are left.
    expect(await registry.claim('small')).toMatchObject({ name: 'a', token: 1 });
    await registry.beat({ id: 'large', memory: 2 ** 30, isOpen: true });
    expect(await registry.claim('small')).toBe(undefined);
    await expect.poll(() => told.at(-1)).toBe('large b');
    hearing.disconnect();
  });

  test('take what has failed elsewhere, and nothing when they are closed or full', async () => {
    const taken = (await registry.claim('large'))!;
    expect(taken.name).toBe('b');
    expect(await registry.leave(taken, 'waiting', 'no')).toBe(true);
    expect((await registry.claim('large', ['b', 'c']))?.name).toBe(undefined);
    expect((await registry.claim('small'))?.name).toBe('b');
    expect((await registry.hosts()).map(({ id, machines, free, memory }) => [id, machines, memory - free])).toEqual([
      ['large', 0, 0],
      ['small', 2, 2 * (1000 + (48 << 20))],
    ]);
    await registry.beat({ id: 'large', memory: 2 ** 30, isOpen: false });
    expect((await registry.hosts()).find(({ id }) => id === 'large')?.free).toBe(0);
    await registry.beat({ id: 'small', memory: 3 * (48 << 20), isOpen: true });
    expect(await registry.claim('small')).toBe(undefined);
  });

  test('are watched in a ring, and forgotten when they have nothing', async () => {
    await registry.beat({ id: 'medium', memory: 1, isOpen: true });
    const ids = async (id: string, count: number) => (await registry.followers(id, count)).map((host) => host.id);
    expect(await ids('medium', 5)).toEqual(['small', 'large']);
    expect(await ids('small', 1)).toEqual(['large']);
    expect(await registry.forgetHost('small')).toBe(false);
    expect(await registry.forgetHost('medium', 7)).toBe(false);
    expect(await registry.forgetHost('medium', 1)).toBe(true);
    expect(await ids('large', 5)).toEqual(['small']);
  });
});

/** A machine that runs and is to move. */
async function moving(name: string): Promise<Holding> {
  const holding = await taken(name);
  await registry.begin(holding);
  await registry.beat({ id: 'there', memory: 2 ** 30, isOpen: true });
  await registry.move(name, 'there');
  return holding;
}

describe.skipIf(noRedis !== '')(`the registry and moves${noRedis}`, () => {
  test('the destination goes on with a machine, once, and its host has it no more', async () => {
    const holding = await moving('goes');
    await registry.say(holding, 0, Buffer.from('abc'));
    expect(await registry.accept(holding, 'elsewhere')).toBe(undefined);
    expect(await registry.accept(holding, 'there')).toBe(2);
    expect(await registry.accept(holding, 'there')).toBe(2);
    expect(await registry.find('goes')).toMatchObject({ owner: 'there', token: 2, moves: 1, target: '' });
    expect(await registry.recall(holding, 'there', 'too late')).toBe(false);
    expect(await registry.say(holding, 3, Buffer.from('d'))).toBe(false);
    // What the old host may have said last is said again, and counts once.
    expect(await registry.say({ ...holding, host: 'there', token: 2 }, 1, Buffer.from('bcd'))).toBe(true);
    expect(await output('goes')).toBe('abc|#|d');
  });

  test('a machine that was recalled goes on where it is', async () => {
    const holding = await moving('called-back');
    expect(await registry.recall(holding, 'there', 'no room')).toBe(true);
    expect(await registry.accept(holding, 'there')).toBe(undefined);
    expect(await registry.find('called-back')).toMatchObject({
      owner: holding.host,
      token: 1,
      target: '',
      problem: 'no room',
    });
  });

  test('a machine whose host was lost as it moved goes on at no destination that comes later', async () => {
    const holding = await moving('orphan');
    expect(await registry.free('orphan', { id: holding.host, beat: 1 })).toBe(true);
    expect(await registry.accept(holding, 'there')).toBe(undefined);
    expect(await registry.recall(holding, 'there', '')).toBe(false);
    expect(await registry.find('orphan')).toMatchObject({ state: 'waiting', owner: '', target: '' });
  });

  test('only a machine that runs can move, to one host at a time', async () => {
    await expect(registry.move('none', 'there')).rejects.toThrow(/there is no machine 'none'/);
    await taken('early');
    await expect(registry.move('early', 'there')).rejects.toThrow(
      /early is starting; only a machine that runs can move/,
    );
    await moving('pair');
    await expect(registry.move('pair', 'elsewhere')).rejects.toThrow(/pair moves to another host already/);
    await expect(registry.move('pair', 'host-of-pair')).rejects.toThrow(/pair is on host-of-pair already/);
  });

  test('a network has one gateway at a time', async () => {
    expect(await registry.keepNetwork('one', 'a', 10_000)).toBe(true);
    expect(await registry.keepNetwork('one', 'b', 10_000)).toBe(false);
    await registry.leaveNetwork('one', 'b');
    expect(await registry.keepNetwork('one', 'a', 10_000)).toBe(true);
    await registry.leaveNetwork('one', 'a');
    expect(await registry.keepNetwork('one', 'b', 10_000)).toBe(true);
  });
});

describe.skipIf(noRedis !== '')(`the room of machines that move${noRedis}`, () => {
  test('a machine that is to move has its room at the other host until it is there, or stays', async () => {
    const need = 1000 + (48 << 20);
    const freeOf = async (host: string) => (await registry.hosts()).find(({ id }) => id === host)?.free;
    const names = ['roomy-1', 'roomy-2', 'roomy-3'];
    const holdings: Holding[] = [];
    for (const name of names) holdings.push(await taken(name));
    for (const holding of holdings) await registry.begin(holding);
    await registry.beat({ id: 'pair', memory: 2 * need, isOpen: true });
    await registry.move('roomy-1', 'pair');
    await registry.move('roomy-2', 'pair');
    expect(await freeOf('pair')).toBe(0);
    await expect(registry.move('roomy-3', 'pair')).rejects.toThrow('pair has no room for roomy-3');
    await registry.add('roomy-4', machine);
    const others = (await registry.list()).map(({ name }) => name).filter((name) => name !== 'roomy-4');
    expect(await registry.claim('pair', others)).toBe(undefined);
    expect(await registry.accept(holdings[0]!, 'pair')).toBe(2);
    expect(await freeOf('pair')).toBe(0);
    expect(await registry.recall(holdings[1]!, 'pair', 'no')).toBe(true);
    expect(await freeOf('pair')).toBe(need);
    await registry.move('roomy-3', 'pair');
    await registry.free('roomy-3', { id: holdings[2]!.host, beat: 1 });
    expect(await freeOf('pair')).toBe(need);
    await registry.beat({ id: 'closing', memory: 2 ** 40, isOpen: false });
    await expect(registry.move('roomy-2', 'closing')).rejects.toThrow(/closing takes no machines/);
    await registry.beat({ id: 'emptied', memory: 2 ** 40, isOpen: true });
    await registry.drain('emptied', true);
    await expect(registry.move('roomy-2', 'emptied')).rejects.toThrow(/emptied takes no machines: it is drained/);
  });

  test('a host that gives up a move leaves a later one to another host alone', async () => {
    const holding = await moving('later');
    expect(await registry.recall(holding, 'elsewhere', 'late')).toBe(true);
    expect(await registry.find('later')).toMatchObject({ target: 'there', problem: '' });
    expect(await registry.recall(holding, 'there', 'no room')).toBe(true);
    // What is known later says more.
    expect(await registry.recall(holding, 'there', 'no room for it')).toBe(true);
    expect(await registry.find('later')).toMatchObject({ target: '', problem: 'no room for it' });
    await registry.move('later', 'there');
    expect(await registry.accept(holding, 'there')).toBe(2);
  });
});

describe.skipIf(noRedis !== '')(`hosts that are drained${noRedis}`, () => {
  test('are so when they begin again, until somebody says otherwise', async () => {
    const isDrained = async (host: string) => (await registry.hosts()).find(({ id }) => id === host)?.isDrained;
    const beat = (id: string) => registry.beat({ id, name: 'pc7', memory: 2 ** 30, isOpen: true });
    await beat('pc7-1');
    await registry.drain('pc7-1', true);
    expect(await registry.forgetHost('pc7-1')).toBe(true);
    await beat('pc7-2');
    expect(await isDrained('pc7-2')).toBe(true);
    await registry.drain('pc7-2', false);
    expect(await isDrained('pc7-2')).toBe(false);
    await registry.drain('pc7-2', true);
    await registry.forgetHost('pc7-2');
    await expect(registry.drain('pc7', true)).rejects.toThrow(/there is no host 'pc7'/);
    await registry.drain('pc7', false);
    await expect(registry.drain('pc7', false)).rejects.toThrow(/there is no host 'pc7'/);
    await beat('pc7-3');
    expect(await isDrained('pc7-3')).toBe(false);
    await registry.forgetHost('pc7-3');
  });
});

describe.skipIf(noRedis !== '')(`the registry and machines that nobody uses${noRedis}`, () => {
  test('a machine is woken by who uses it, though it has moved, or its host was lost', async () => {
    const sleepy = async (name: string) => {
      const holding = await moving(name);
      expect(await registry.rest(holding, 0)).toBe(true);
      return holding;
    };
    const unused = { wanted: 'suspended', isAsleep: true };
    const moved = await sleepy('sleepy');
    expect(await registry.accept(moved, 'there')).toBe(2);
    expect(await registry.find('sleepy')).toMatchObject({ ...unused, problem: UNUSED });
    const stays = await sleepy('sleeps');
    expect(await registry.recall(stays, 'there', 'no room')).toBe(true);
    expect(await registry.find('sleeps')).toMatchObject({ ...unused, problem: 'no room' });
    await expect(registry.move('sleeps', 'there')).rejects.toThrow(/sleeps is suspended; only a machine that runs/);
    const lost = await sleepy('dozes');
    expect(await registry.free('dozes', { id: lost.host, beat: 1 })).toBe(true);
    expect(await registry.find('dozes')).toMatchObject({ ...unused, state: 'suspended' });
  });

  test('a machine is not suspended that was used since its host has looked', async () => {
    const holding = await taken('opened');
    await registry.use('opened');
    expect(await registry.rest(holding, 0)).toBe(false);
    expect(await registry.find('opened')).toMatchObject({ wanted: 'running', isAsleep: false });
    expect(await registry.rest(holding, 1)).toBe(true);
    expect(await registry.find('opened')).toMatchObject({ wanted: 'suspended', isAsleep: true });
  });

  test('a machine whose owner suspends it is not woken by who uses it', async () => {
    const holding = await taken('put-away');
    await registry.rest(holding, 0);
    await registry.want('put-away', 'suspended');
    expect(await registry.find('put-away')).toMatchObject({ wanted: 'suspended', isAsleep: false, problem: '' });
    expect(await registry.rest(holding, 0)).toBe(false);
  });
});
