import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { Contender } from '../../bench/contender.ts';
import type { Engine } from '../../bench/engines/engine.ts';
import { partsOf } from '../../bench/parts.ts';
import { boot, type Program } from '../../bench/programs.ts';
import type { Workspace } from '../../bench/workspace.ts';
import { type ProgramFolder, scriptFolder } from './support/program-folder.ts';

/** A program that behaves as told by its script; its checksum is 600df00d. */
const program = (name: string, others: Partial<Program> = {}): Program => ({
  name,
  group: 'integer',
  about: '',
  files: 'compiled',
  needs: [],
  rounds: 40,
  checksum: '600df00d',
  command: (rounds) => `sh $BENCH/${name} ${rounds}`,
  ...others,
});

/** Both marks in one piece: how late the host sees the second one says nothing then. */
const scripts = {
  good: 'printf "@start\\n@result checksum=600df00d ms=12.5 rounds=$1\\n"',
  // Each run takes ten milliseconds more than the one before.
  slower: 'echo >>$1; printf "@start\\n@result checksum=600df00d ms=$(wc -l <$1)1 rounds=$2\\n"',
  wrong: 'printf "@start\\n@result checksum=00000bad ms=1 rounds=$1\\n"',
  complains: 'echo @start; echo cannot open the book; echo "@result checksum= ms=1 rounds=$1"',
  fails: 'echo @start; echo no such thing; exit 3',
  silent: 'true',
  hangs: 'echo @start; sleep 60',
  // Ends the runner, as a machine that crashes does.
  crashes: 'echo @start; kill -9 $PPID',
};

let folder: ProgramFolder;
afterEach(() => folder.remove());

const shell: Engine = {
  name: 'shell',
  about: '',
  kind: 'host',
  share: 1,
  prepare: async () => '1.0',
  command: () => ({ command: 'sh', args: [] }),
};

async function contender(engine: Partial<Engine> = {}, options: { timeout?: number; scale?: number } = {}) {
  folder = await scriptFolder(scripts);
  const workspace: Workspace = { folder: folder.path, files: folder.files, kernelRelease: '', missing: new Map() };
  const { timeout = 20_000, scale = 1 } = options;
  return Contender.create({ ...shell, ...engine }, { workspace, timeout, scale, keep: false }, () => {});
}

describe('A program', () => {
  test('is measured in each run, and its cell has the time of the standard size', async () => {
    const it = await contender({ share: 0.1 });
    for (let run = 0; run < 3; run++) await it.run(program('good'));
    it.close();
    const cell = it.cell(program('good'));
    // 4 rounds of 40 took 12.5 ms.
    expect(cell.runs).toEqual([125, 125, 125]);
    expect(cell.milliseconds).toBe(125);
    expect(cell.missing).toBeUndefined();
  });

  test('is run with one round at least', async () => {
    const it = await contender({}, { scale: 0.001 });
    await it.run(program('good'));
    it.close();
    expect(it.cell(program('good')).milliseconds).toBe(500);
  });

  test.each([
    ['wrong', /^wrong result: checksum 00000bad, not 600df00d$/],
    ['complains', /^wrong result: checksum , not 600df00d: cannot open the book$/],
    ['fails', /exit status 3: no such thing/],
    ['silent', /exit status 0/],
    ['missing', /exit status (2|127): /],
  ])('that is %s has failed, and others run on', async (name, reason) => {
    const it = await contender();
    await it.run(program(name));
    await it.run(program('good'));
    it.close();
    expect(it.cell(program(name)).missing).toEqual({ kind: 'failed', reason: expect.stringMatching(reason) });
    expect(it.cell(program('good')).milliseconds).toBe(12.5);
  });

  test('is skipped where the CPU lacks what it needs', async () => {
    const it = await contender();
    const needy = program('good', { needs: ['flux_capacitor'] });
    await it.run(needy);
    it.close();
    expect(it.cell(needy).missing).toEqual({ kind: 'skipped', reason: 'the CPU has no flux_capacitor' });
  });
});

describe('A program of a group whose first runs stand apart', () => {
  test('has a cell for the first run and one for the others', async () => {
    const it = await contender();
    const real = program('real', { group: 'real', command: () => 'sh $BENCH/slower $SCRATCH/runs 40' });
    for (let run = 0; run < 3; run++) await it.run(real);
    it.close();
    const cells = partsOf(real, 3).map((part) => it.cell(part));
    expect(cells.map(({ work, runs, milliseconds }) => ({ work, runs, milliseconds }))).toEqual([
      { work: 'real', runs: [11], milliseconds: 11 },
      { work: 'real-later', runs: [21, 31], milliseconds: 26 },
    ]);
  });

  test('that failed has failed in both rows', async () => {
    const it = await contender();
    const real = program('wrong', { group: 'real' });
    await it.run(real);
    it.close();
    const cells = partsOf(real, 3).map((part) => it.cell(part));
    expect(cells.map(({ missing }) => missing?.kind)).toEqual(['failed', 'failed']);
  });

  test('that ran only once has no later runs', async () => {
    const it = await contender();
    const real = program('good', { group: 'real' });
    await it.run(real);
    it.close();
    const [first, later] = partsOf(real, 3).map((part) => it.cell(part));
    expect(first!.milliseconds).toBe(12.5);
    expect(later!.missing).toEqual({ kind: 'skipped', reason: 'it was not run' });
  });
});

describe('An engine', () => {
  test('that does not answer in time is started anew for the next program', async () => {
    const it = await contender({}, { timeout: 1500 });
    await it.run(program('hangs'));
    await it.run(program('good'));
    it.close();
    expect(it.cell(program('hangs')).missing).toEqual({ kind: 'failed', reason: 'no answer in time' });
    expect(it.cell(program('good')).milliseconds).toBe(12.5);
  });

  test('that ends is started anew, but not for ever', async () => {
    const it = await contender();
    const names = ['a', 'b', 'c', 'd'];
    const crashing = names.map((name) => program(name, { command: () => 'sh $BENCH/crashes' }));
    for (const one of crashing) await it.run(one);
    await it.run(program('good'));
    it.close();
    expect(it.cell(crashing[0]).missing?.reason).toMatch(/it has ended \(SIGKILL\)/);
    expect(it.result.unavailable).toMatch(/^it was lost 3 times: /);
    expect(it.cell(program('good')).missing?.kind).toBe('skipped');
  });

  test('that can not be prepared measures nothing', async () => {
    const it = await contender({ prepare: () => Promise.reject(new Error('it is not installed')) });
    await it.start();
    await it.run(program('good'));
    expect(it.result).toEqual({ name: 'shell', about: '', unavailable: 'it is not installed' });
    expect(it.cell(program('good')).missing).toEqual({ kind: 'skipped', reason: 'it is not installed' });
  });

  test('that is no machine has nothing to boot', async () => {
    const it = await contender();
    await it.run(boot);
    expect(it.cell(boot).missing).toEqual({ kind: 'skipped', reason: 'there is nothing to boot' });
  });
});

describe('A machine', () => {
  /** Prints a prompt and goes on as a shell; notes each start in a file. */
  async function machine(share: number) {
    const it = await contender({
      kind: 'machine',
      share,
      command: (_, path) => ({
        command: 'sh',
        args: ['-c', `echo >>"${path}/starts"; printf '~ # \\033[6n'; exec sh`],
      }),
    });
    await writeFile(join(folder.path, 'starts'), '');
    return { it, starts: async () => (await readFile(join(folder.path, 'starts'), 'latin1')).length };
  }

  test('is booted in each run, from its start to the prompt', async () => {
    const { it, starts } = await machine(1);
    for (let run = 0; run < 3; run++) await it.run(boot);
    const { runs } = it.cell(boot);
    expect(runs).toHaveLength(3);
    expect(Math.min(...runs)).toBeGreaterThan(0);
    expect(await starts()).toBe(3);
  });

  test('that is slow is booted once', async () => {
    const { it, starts } = await machine(0.1);
    for (let run = 0; run < 3; run++) await it.run(boot);
    expect(it.cell(boot).runs).toHaveLength(1);
    expect(await starts()).toBe(1);
  });
});

test('What an engine says in its last moments is in the reason', async () => {
  const it = await contender({ command: () => ({ command: 'sh', args: ['-c', 'echo out of luck >&2; exit 5'] }) });
  await it.start();
  expect(it.result.unavailable).toMatch(
    /^it did not start: it has ended \(exit code 5\); the last it said: out of luck/,
  );
  expect(it.cell(boot).missing?.kind).toBe('failed');
});
