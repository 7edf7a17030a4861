import { hash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { StoreError } from '../src/error.ts';
import { FleetHost, type HostSettings } from '../src/machines/host.ts';
import { FleetMachines } from '../src/machines/machines.ts';
import { Registry } from '../src/machines/registry.ts';
import { ACCEPT, CLAIM } from '../src/machines/scripts.ts';
import { type OpenMachine, openHere } from '../src/machines/seat.ts';
import { putEcho } from './support/echo-guest.ts';
import { noRedis, putDemo, TestFleet } from './support/fleet.ts';
import { changedStore } from './support/stores.ts';

const MINUTES = 60_000;
/** Milliseconds for moves of a host that ends, on a busy computer too. */
const PATIENT = 10 * MINUTES;
const start = { image: 'demo', every: 0, limits: { processor: 30 } };

let fleet: TestFleet;
let machines: FleetMachines;
beforeAll(async () => {
  if (noRedis !== '') return;
  fleet = await TestFleet.start();
  machines = new FleetMachines(fleet.connect, fleet.store);
  await putDemo(fleet.store);
}, 5 * MINUTES);
afterAll(async () => {
  await machines?.[Symbol.asyncDispose]();
  await fleet?.[Symbol.asyncDispose]();
});

/** Starts a host in this process. Its lease is long: hosts that share a busy process may be silent for seconds, and get no machines then. */
async function host(settings: Partial<HostSettings> = {}): Promise<FleetHost> {
  const { connect, store } = fleet;
  return await FleetHost.start({ connect, store, memory: 2 ** 30, lease: MINUTES, log: () => {}, ...settings });
}

/** Connects to the fleet's Redis, and calls a function each time that a script is to run, or has given an answer that is not nothing. */
function watched(script: string, when: 'asked' | 'answered', act: () => void): () => Redis {
  return () => {
    const redis = fleet.connect();
    for (const name of ['evalsha', 'eval'] as const) {
      const run = redis[name].bind(redis) as (...words: unknown[]) => Promise<unknown>;
      redis[name] = (async (text: string, ...words: unknown[]) => {
        const isIt = text === script || text === hash('sha1', script);
        if (isIt && when === 'asked') act();
        const answer = await run(text, ...words);
        if (isIt && when === 'answered' && answer !== null) act();
        return answer;
      }) as (typeof redis)[typeof name];
    }
    return redis;
  };
}

/** Opens machines in this process, and keeps the names of those that have stopped. */
function stopping(names: string[]): OpenMachine {
  return async (record, ...rest) => {
    const opened = await openHere(record, ...rest);
    const { machine } = opened;
    const stop = machine.stop.bind(machine);
    machine.stop = async () => {
      await stop();
      names.push(record.name);
    };
    return opened;
  };
}

describe.skipIf(noRedis !== '')(`a host that stops${noRedis}`, () => {
  test('waits for machines that are on their way to it, and gives them to others as they are', async () => {
    await using one = await host();
    await machines.start('arrives', start);
    await machines.running('arrives');
    let stopped: Promise<void> | undefined;
    const stop = () => {
      stopped ??= two.stop();
    };
    const two: FleetHost = await host({ connect: watched(ACCEPT, 'asked', stop), grace: PATIENT });
    // It may have moved on before anybody looks.
    await machines.move('arrives', two.id).catch(() => {});
    await expect.poll(() => stopped !== undefined).toBe(true);
    await stopped;
    // It has moved there and back, and went through no checkpoint.
    expect(await machines.running('arrives')).toMatchObject({ owner: one.id, moves: 2, token: 3, saved: 0 });
    await machines.stop('arrives');
  });

  test('moves its machines while they run, and puts into the store what cannot move, a few at a time', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const saving = { now: 0, most: 0 };
    const first = await host({
      grace: PATIENT,
      async open(...words) {
        const opened = await openHere(...words);
        const { machine } = opened;
        const snapshot = machine.snapshot.bind(machine);
        machine.snapshot = async (...settings) => {
          saving.most = Math.max(saving.most, ++saving.now);
          // One that is in the store sooner would take the room of one that moves.
          await expect.poll(async () => (await machines.list()).filter(({ moves }) => moves === 1)).toHaveLength(3);
          return await snapshot(...settings).finally(() => saving.now--);
        };
        // Two of them cannot move while they run, as if they were in processes of their own.
        const { name } = words[0];
        return name === 'a' || name === 'b' ? { machine, screen: opened.screen } : opened;
      },
    });
    for (const name of names) await machines.start(name, start);
    for (const name of names) await machines.running(name);
    // It has room for three.
    const second = await host({ grace: PATIENT, memory: 3 * (64 << 20) + (8 << 20) });
    await first.stop();
    const found = await machines.list();
    const moved = found.filter(({ moves }) => moves === 1);
    expect(moved.map(({ owner, saved, token }) => [owner, saved, token])).toEqual(Array(3).fill([second.id, 0, 2]));
    const saved = found.filter(({ moves }) => moves === 0);
    expect(saved.map(({ state, owner }) => [state, owner])).toEqual(Array(5).fill(['waiting', '']));
    expect(saved.every(({ saved }) => saved > 0)).toBe(true);
    expect(saving.most).toBeLessThanOrEqual(4);
    await second.stop();
    expect(new Set((await machines.list()).map(({ state }) => state))).toEqual(new Set(['waiting']));
    for (const name of names) await machines.stop(name);
  });

  test('gives back a machine that it has just taken', async () => {
    let stopped: Promise<void> | undefined;
    const stop = () => {
      stopped ??= last.stop();
    };
    const last: FleetHost = await host({ connect: watched(CLAIM, 'answered', stop) });
    await machines.start('taken', start);
    await expect.poll(() => stopped !== undefined).toBe(true);
    await stopped;
    expect(await machines.find('taken')).toMatchObject({ owner: '', state: 'waiting', problem: '' });
    await machines.stop('taken');
  });
});

describe.skipIf(noRedis !== '')(`input for a machine${noRedis}`, () => {
  test('is refused from its last checkpoint on', async () => {
    const [begun, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    await using _only = await host({
      async open(...words) {
        const opened = await openHere(...words);
        const { machine } = opened;
        const snapshot = machine.snapshot.bind(machine);
        machine.snapshot = async (...settings) => {
          begun.resolve();
          await gate.promise;
          return await snapshot(...settings);
        };
        return opened;
      },
    });
    await machines.start('deaf', start);
    await machines.running('deaf');
    await using line = machines.console('deaf');
    await line.send(Buffer.from('echo heard\r'));
    const suspended = machines.suspend('deaf');
    await begun.promise;
    await expect(line.send(Buffer.from('lost'))).rejects.toThrow(/deaf does not run now/);
    gate.resolve();
    await suspended;
    await machines.stop('deaf');
  });

  test('moves with it as far as its guest has not taken it', async () => {
    await using one = await host();
    await putEcho(fleet.store);
    await machines.start('slow', { ...start, image: 'echo' });
    await machines.running('slow');
    await using two = await host();
    await using line = machines.console('slow');
    const typed = Array.from({ length: 10_000 }, (_, n) => `line ${n}\n`).join('');
    await line.send(Buffer.from(typed));
    expect(await machines.move('slow', two.id)).toMatchObject({ from: one.id, to: two.id });
    let text = '';
    for await (const { bytes } of line.output('kept')) {
      text += Buffer.from(bytes).toString();
      if (text.length >= typed.length) break;
    }
    expect(text).toBe(typed);
    await machines.stop('slow');
  });
});

test.skipIf(noRedis !== '')(
  `a machine that is to move as its checkpoint is made runs as it moves${noRedis}`,
  async () => {
    const [begun, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const states: string[] = [];
    await using one = await host({
      async open(...words) {
        const opened = await openHere(...words);
        const { machine, whole } = opened;
        const snapshot = machine.snapshot.bind(machine);
        machine.snapshot = async (...settings) => {
          begun.resolve();
          await gate.promise;
          return await snapshot(...settings);
        };
        const send = whole!.migration.send.bind(whole!.migration);
        whole!.migration.send = async (...channel) => {
          states.push(whole!.state);
          return await send(...channel);
        };
        return opened;
      },
    });
    await machines.start('saved', start);
    await machines.running('saved');
    await using two = await host();
    const checkpoint = machines.checkpoint('saved');
    await begun.promise;
    const moved = machines.move('saved', two.id);
    // Its host has been told of it by then.
    await expect.poll(async () => (await machines.find('saved')).target).toBe(two.id);
    await wait(1000);
    gate.resolve();
    expect(await moved).toMatchObject({ from: one.id, to: two.id });
    await checkpoint;
    expect(states).toEqual(['running']);
    await machines.stop('saved');
  },
);

describe.skipIf(noRedis !== '')(`a host that looks at its machines${noRedis}`, () => {
  test('leaves one alone that has come while it read which it has', async () => {
    await using _one = await host();
    await machines.start('comes', start);
    await machines.running('comes');
    let [isAsked, looks] = [false, 0];
    const two: FleetHost = await host({
      connect() {
        const redis = fleet.connect();
        const read = redis.smembers.bind(redis) as (key: string) => Promise<string[]>;
        redis.smembers = (async (key: string) => {
          const names = await read(key);
          if (isAsked && looks++ === 0) await expect.poll(async () => (await machines.find('comes')).moves).toBe(1);
          return names;
        }) as typeof redis.smembers;
        return redis;
      },
    });
    await using _two = two;
    // The move begins when an answer is held back.
    isAsked = true;
    await expect.poll(() => looks).toBeGreaterThan(0);
    await machines.move('comes', two.id);
    await expect.poll(() => looks).toBeGreaterThan(3);
    expect(await machines.find('comes')).toMatchObject({ owner: two.id, token: 2, state: 'running' });
    await machines.stop('comes');
  });
});

describe.skipIf(noRedis !== '')(`a host that stops without its store or Redis${noRedis}`, () => {
  test('ends its machines, which go on from their checkpoints before', async () => {
    const store = changedStore(fleet.store, { put: () => Promise.reject(new StoreError('it is away')) });
    const stops: string[] = [];
    const lonely = await host({ store, grace: 1000, open: stopping(stops) });
    await machines.start('kept', start);
    await machines.running('kept');
    await lonely.stop();
    expect(stops).toEqual(['kept']);
    await using next = await host();
    await expect.poll(() => machines.find('kept')).toMatchObject({ owner: next.id, state: 'running', token: 2 });
    await machines.stop('kept');
  });

  test('does so where Redis is away', async () => {
    await using own = await TestFleet.start();
    await putDemo(own.store);
    await using others = new FleetMachines(own.connect, own.store);
    const stops: string[] = [];
    const { connect, store } = own;
    const lonely = await host({ connect, store, grace: 1000, open: stopping(stops) });
    await others.start('alone', start);
    await others.running('alone');
    await own.redis.kill('SIGKILL');
    await lonely.stop();
    expect(stops).toEqual(['alone']);
  });
});

test.skipIf(noRedis !== '')(
  `a host is found by its name, as long as it has it${noRedis}`,
  { timeout: MINUTES },
  async () => {
    const one = await host({ name: 'first' });
    await machines.start('named', start);
    await machines.running('named');
    await using two = await host({ name: 'second' });
    await expect(machines.move('named', 'third')).rejects.toThrow(
      `there is no host 'third'; there are first (${one.id}), second (${two.id})`,
    );
    expect(await machines.move('named', 'second')).toMatchObject({ from: one.id, to: two.id });
    await one.stop();
    await using again = await host({ name: 'first' });
    expect(await machines.move('named', 'first')).toMatchObject({ from: two.id, to: again.id });
    expect(await machines.drain('first', () => {})).toEqual([]);
    expect((await machines.find('named')).owner).toBe(two.id);
    expect(await machines.drainedNames()).toEqual(['first']);
    await machines.undrain('first');
    expect(await machines.drainedNames()).toEqual([]);
    expect((await machines.hosts()).filter(({ isDrained }) => isDrained)).toEqual([]);
    await machines.stop('named');
  },
);

test.skipIf(noRedis !== '')(`a host that begins again is drained as before${noRedis}`, async () => {
  const first = await host({ name: 'pc7' });
  expect((await fleet.command('drain', first.id)).output).toBe(`${first.id} has no machines\n`);
  await first.stop();
  expect((await fleet.command('ps')).output).toMatch(/\ndrained, and not there: pc7\n$/);
  await using again = await host({ name: 'pc7' });
  expect((await fleet.command('ps')).output).toMatch(new RegExp(`${again.id} +0 +1024 MB +drained\n$`));
  await fleet.command('undrain', again.id);
  expect((await fleet.command('ps')).output).toMatch(new RegExp(`${again.id} +0 +1024 MB +1024 MB\n$`));
});

test.skipIf(noRedis !== '')(
  `a host that gets a machine again which it has lost meanwhile ends the older one first${noRedis}`,
  async () => {
    const events: string[] = [];
    await using only = await host({
      async open({ token, ...record }, ...rest) {
        events.push(`opens ${token}`);
        const opened = await openHere({ token, ...record }, ...rest);
        const { machine } = opened;
        const stop = machine.stop.bind(machine);
        machine.stop = async () => {
          await stop();
          events.push(`has stopped ${token}`);
        };
        return opened;
      },
    });
    await machines.start('again', start);
    await machines.running('again');
    const redis = fleet.connect();
    const registry = new Registry(redis);
    const isFreed = async () => {
      const [{ beat } = { beat: 0 }] = (await registry.hosts()).filter(({ id }) => id === only.id);
      return await registry.free('again', { id: only.id, beat });
    };
    await expect.poll(isFreed).toBe(true);
    await expect.poll(() => machines.find('again')).toMatchObject({ state: 'running', token: 2 });
    redis.disconnect();
    expect(events).toEqual(['opens 1', 'has stopped 1', 'opens 2']);
    await machines.stop('again');
  },
);

test.skipIf(noRedis !== '')(
  `limits of a host hold for its machines, whose own come before them${noRedis}`,
  async () => {
    const limits: unknown[] = [];
    await using _only = await host({
      options: { limits: { slack: 50, processor: 90 } },
      async open(...words) {
        const opened = await openHere(...words);
        limits.push(opened.whole?.limits);
        return opened;
      },
    });
    await machines.start('limited', start);
    await machines.running('limited');
    expect(limits).toEqual([{ slack: 50, processor: 30 }]);
    await machines.stop('limited');
  },
);

test.skipIf(noRedis !== '')(
  `where memory is short, a host suspends a machine that nobody uses, if it may${noRedis}`,
  async () => {
    await using _only = await host({ systemMemory: { available: () => 0, total: 2 ** 34 } });
    await machines.start('may', { ...start, idle: 3600 });
    await machines.start('stays', start);
    await machines.running('stays');
    await expect
      .poll(() => machines.find('may'))
      .toMatchObject({ state: 'suspended', problem: 'nobody has used its console' });
    expect(await machines.find('stays')).toMatchObject({ state: 'running' });
    await machines.stop('may');
    await machines.stop('stays');
  },
);
