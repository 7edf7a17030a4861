import type { ChildProcess } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DebianLinux } from '../../src/node/linux/debian.ts';
import { findLinux } from '../../test/support/linux-shell.ts';
import { randomFrom } from '../../test/support/samples.ts';
import { FleetMachines } from '../src/machines/machines.ts';
import { MachineNetworks } from '../src/machines/networks.ts';
import { SnapshotStore } from '../src/pieces.ts';
import { COUNT_PORT, checkedDisk, countFrom, noFileSystems, putBusy, settleCommand } from './support/busy-guest.ts';
import { putCounter } from './support/counter-guest.ts';
import { sufferDeaths, Witness } from './support/deaths.ts';
import { noRedis, putDemo, TestFleet } from './support/fleet.ts';
import { freePort } from './support/ports.ts';
import { ask } from './support/suspended.ts';

const start = { image: 'counter', every: 0, limits: { processor: 30 } };

let fleet: TestFleet;
let machines: FleetMachines;
beforeAll(async () => {
  if (noRedis !== '') return;
  fleet = await TestFleet.start();
  machines = new FleetMachines(fleet.connect, fleet.store);
  await putDemo(fleet.store);
  await putCounter(fleet.store);
});
afterAll(async () => {
  await machines?.[Symbol.asyncDispose]();
  await fleet?.[Symbol.asyncDispose]();
});

/** Starts a host; its ID. */
async function host(memory = '1G'): Promise<{ id: string; process: ChildProcess }> {
  const process = fleet.host(4, memory);
  const idOf = async () => (await machines.hosts()).find(({ id }) => id.split('-').at(-2) === `${process.pid}`)?.id;
  await expect.poll(idOf).toBeDefined();
  return { id: (await idOf())!, process };
}

describe.skipIf(noRedis !== '')(`machines move${noRedis}`, () => {
  test('to another host and back, and nothing of what they say is lost or said twice', async () => {
    const one = await host();
    await machines.start('mover', start);
    expect((await machines.running('mover')).owner).toBe(one.id);
    const witness = new Witness('mover', machines.console('mover'));
    const two = await host();
    for (const to of [two, one, two]) {
      await witness.hearsMore(fleet);
      const moved = await machines.move('mover', to.id);
      expect(moved).toMatchObject({ to: to.id, passes: expect.any(Number) });
      expect((await machines.find('mover')).owner).toBe(to.id);
    }
    await witness.hearsMore(fleet);
    await witness.close();
    expect(witness.faults).toEqual([]);
    expect([witness.moves, witness.restarts]).toEqual([3, 0]);
    expect(await machines.find('mover')).toMatchObject({ token: 4, moves: 3, target: '', state: 'running' });
    await machines.stop('mover');
    for (const { process } of [one, two]) process.kill('SIGKILL');
  });
});

describe.skipIf(noRedis !== '')(`a console${noRedis}`, () => {
  test('goes on when its machine moves: all that is typed gets there once', async () => {
    const one = await host();
    await machines.start('typist', { ...start, image: 'demo' });
    await machines.running('typist');
    const two = await host();
    await using console = machines.console('typist');
    const moving = machines.move('typist', two.id);
    const lines = Array.from({ length: 80 }, (_, n) => `line ${n}`);
    for (const line of lines) {
      await console.send(Buffer.from(`echo ${line}\r`));
      await wait(50);
    }
    expect(await moving).toMatchObject({ to: two.id });
    let text = '';
    for await (const { bytes } of console.output('kept')) {
      text += Buffer.from(bytes).toString();
      if (text.includes(`\n${lines.at(-1)}`)) break;
    }
    expect([...text.matchAll(/^line \d+/gm)].map(([line]) => line)).toEqual(lines);
    await machines.stop('typist');
    for (const { process } of [one, two]) process.kill('SIGKILL');
  });
});

/** Kills one of both hosts some time after a move has begun. A third one is there for what is left. */
async function killAsItMoves(name: string, which: 'source' | 'destination', milliseconds: number): Promise<void> {
  const { owner } = await machines.running(name);
  const all = await hostsThere();
  const target = all.find((id) => id !== owner)!;
  const moving = machines.move(name, target).catch(() => {});
  await wait(milliseconds);
  process.kill(Number((which === 'source' ? owner : target).split('-').at(-2)), 'SIGKILL');
  await host();
  await moving;
}

/** Hosts whose processes are there; a host that was killed is known for a while. */
async function hostsThere(): Promise<string[]> {
  return (await machines.hosts()).map(({ id }) => id).filter((id) => isThere(Number(id.split('-').at(-2))));
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe.skipIf(noRedis !== '')(`machines whose hosts are killed as they move${noRedis}`, () => {
  test('go on at exactly one of them, or from their last checkpoint', async () => {
    const random = randomFrom(Date.now());
    for (let n = 0; n < 2; n++) await host();
    await machines.start('victim', { ...start, every: 3 });
    await machines.running('victim');
    const witness = new Witness('victim', machines.console('victim'));
    for (let n = 0; n < 8; n++) {
      await witness.hearsMore(fleet);
      await killAsItMoves('victim', n % 2 === 0 ? 'source' : 'destination', 1500 * random());
      await witness.hearsMore(fleet);
    }
    await witness.close();
    expect(witness.faults).toEqual([]);
    expect(witness.restarts).toBeGreaterThan(0);
    expect((await machines.find('victim')).target).toBe('');
    await machines.stop('victim');
    for (const id of await hostsThere()) process.kill(Number(id.split('-').at(-2)), 'SIGKILL');
  });
});

test.skipIf(noRedis !== '')(
  `machines that move all the time run once, though hosts are killed and stopped meanwhile${noRedis}`,
  async () => {
    await using fleet = await TestFleet.start();
    const { faults, ...figures } = await sufferDeaths(fleet, {
      ...{ machines: 3, hosts: 3, lease: 4, every: 3, processor: 20, blows: 1000, moves: 2, within: 100_000, least: 4 },
      random: randomFrom(Date.now()),
    });
    expect(faults).toEqual([]);
    expect(figures.killed + figures.stopped).toBeGreaterThan(3);
    expect(figures.moves).toBeGreaterThan(3);
  },
);

describe.skipIf(noRedis !== '')(`a host that is drained${noRedis}`, () => {
  test('moves all that it has to others, takes nothing, and says what stays', async () => {
    const one = await host();
    // Those of other tests are lost.
    await expect.poll(async () => (await machines.hosts()).length).toBe(1);
    const names = Array.from({ length: 10 }, (_, n) => `small-${n}`);
    for (const name of names) await machines.start(name, { ...start, limits: { processor: 5 } });
    for (const name of names) await machines.running(name);
    const alone = await fleet.command('drain', one.id);
    expect(alone.output).toMatch(/^small-0 stays: no other host has 50 MB free\n/);
    expect(alone.output).toMatch(/ has 10 machines that cannot be moved\n$/);
    expect(alone.code).toBe(1);
    const two = await host();
    const { output, code } = await fleet.command('drain', one.id);
    expect(output.trim().split('\n')).toEqual([
      ...names.map((name) =>
        expect.stringMatching(new RegExp(`^${name} runs on ${two.id}; it stood still for \\d+ ms`)),
      ),
      `${one.id} has no machines`,
    ]);
    expect(code).toBe(0);
    const after = await machines.list();
    expect(new Set(after.map(({ owner, token, moves }) => `${owner} ${token} ${moves}`))).toEqual(
      new Set([`${two.id} 2 1`]),
    );
    await machines.start('newcomer', start);
    expect((await machines.running('newcomer')).owner).toBe(two.id);
    expect((await fleet.command('ps')).output).toMatch(new RegExp(`${one.id} +0 +1024 MB +drained`));
    expect((await fleet.command('undrain', one.id)).output).toBe(`${one.id} takes machines\n`);
    // The emptiest host is told first; where it is slow another one takes the machine.
    const latecomers = Array.from({ length: 4 }, (_, n) => `late-${n}`);
    for (const name of latecomers) await machines.start(name, start);
    const owners = await Promise.all(latecomers.map(async (name) => (await machines.running(name)).owner));
    expect(owners).toContain(one.id);
    for (const name of [...names, 'newcomer', ...latecomers]) await machines.stop(name);
    for (const { process } of [one, two]) process.kill('SIGKILL');
  });

  test.each([
    [['move', 'none', 'x'], /there is no host 'x'; there are/],
    [['move', 'none'], /give move NAME HOST/],
    [['drain', 'none'], /there is no host 'none'; there are/],
    [['undrain'], /give undrain HOST/],
    [['host', '--listen', '192.0.2.1:9'], /192\.0\.2\.1:9: listen EADDRNOTAVAIL/],
    [['host', '--name', 'a b'], /--name a b: give letters, digits/],
    [['host', '--listen', '0.0.0.0'], /--listen 0.0.0.0: give the address by which others reach this host/],
    [
      ['start', 'x', '--image', 'demo', '--forward', '80'],
      /--forward 80: give a port of the gateway and one of the guest/,
    ],
    [['start', 'x', '--image', 'demo', '--forward', '8080:80'], /demo has no network card that a port could lead to/],
  ])('%j is refused in words', async (words, message) => {
    const { code, errors } = await fleet.command(...words);
    expect(errors).toMatch(message);
    expect(errors.split('\n')).toHaveLength(2);
    expect(code).toBe(2);
  });
});

const linux = noRedis === '' && noFileSystems === '' ? await findLinux() : 'not looked for';
const noBusy = noRedis || noFileSystems || (typeof linux === 'string' ? ` (${linux})` : '');

describe.skipIf(noBusy !== '')(`a busy guest moves${noBusy}`, () => {
  test('with its disk, and a TCP connection through the gateway goes on', async () => {
    await putBusy(fleet.store, linux as DebianLinux, { disk: 64 << 20, parts: 8 });
    const hosts = [await host(), await host()];
    const port = await freePort();
    await using _networks = await MachineNetworks.start({
      ...{ connect: fleet.connect, address: '127.0.0.1', log: () => {} },
    });
    const forwards = [{ port, guestPort: COUNT_PORT }];
    await machines.start('busy', { image: 'busy', every: 0, forwards });
    await machines.running('busy');
    await using client = await countFrom(port);
    for (let n = 0; n < 3; n++) {
      const { owner } = await machines.find('busy');
      await machines.move('busy', hosts.find(({ id }) => id !== owner)!.id);
      const { count } = client;
      await expect.poll(() => client.count).toBeGreaterThan(count + 40);
    }
    expect(client.faults).toEqual([]);
    await ask(machines, 'busy', settleCommand);
    await machines.suspend('busy');
    const { manifest } = await machines.find('busy');
    expect(await checkedDisk(await new SnapshotStore(fleet.store).get(manifest))).toMatchObject({ status: 0 });
    await machines.stop('busy');
    for (const { process } of hosts) process.kill('SIGKILL');
  });
});
