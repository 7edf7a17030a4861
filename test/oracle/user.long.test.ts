import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../support/random.ts';
import type { Report } from './report.ts';
import { checkUser, whyNoUserCode } from './user/check.ts';
import { compareOutcomes } from './user/compare.ts';
import { engines } from './user/engines.ts';
import { generateProgram } from './user/generate.ts';
import { UserMachine } from './user/machine.ts';
import { type Outcome, pristineMemory, type UserEvent } from './user/program.ts';

const PROGRAMS = 300;
const SEED = 1;
/** Milliseconds; a quiet machine takes a tenth. */
const TIMEOUT = 300_000;
const reason = whyNoUserCode();

describe.skipIf(reason !== undefined)(`user code as on the host's processor${reason ? ` (${reason})` : ''}`, () => {
  let reports: ReadonlyMap<string, Report>;
  beforeAll(() => {
    reports = checkUser({ programs: PROGRAMS, seed: SEED, engines });
  }, TIMEOUT);

  it.each(engines.map(({ name }) => name))('%s', (name) => {
    const report = reports.get(name)!;
    expect(report.failed, report.text()).toBe(0);
    expect(report.passed).toBeGreaterThan(0.95 * PROGRAMS);
    if (name.startsWith('translator')) expect(report.translations).toBeGreaterThan(PROGRAMS);
    if (name.includes('without nodes')) expect(report.coldRuns).toBeGreaterThan(10 * PROGRAMS);
  });
});

describe('an outcome', () => {
  const machine = new UserMachine('interpreter', pristineMemory(new Random(1)));
  const programs = Array.from({ length: 20 }, (_, n) => generateProgram(SEED + n));
  const program = programs.find((one) => machine.run(one).events.length > 3)!;
  const outcome = machine.run(program);

  it('is the same again', () => {
    for (const one of programs)
      expect(compareOutcomes(one, machine.run(one), machine.run(one)).differences).toEqual([]);
  });

  /** With another last event. */
  const changed = (change: Partial<UserEvent>): Outcome => ({
    ...outcome,
    events: [...outcome.events.slice(0, -1), { ...outcome.events.at(-1)!, ...change }],
  });
  const last = outcome.events.at(-1)!;
  const register = (bytes: Uint8Array, at: number) => bytes.map((byte, n) => (n === at ? byte ^ 1 : byte));

  it.each<[string, Outcome]>([
    ['vector', changed({ vector: last.vector + 1 })],
    ['error code', changed({ error: last.error ^ 1 })],
    ['address', changed({ address: last.address + 1 })],
    ['EIP', changed({ eip: last.eip + 1 })],
    ['direction flag', changed({ eflags: last.eflags ^ 0x400 })],
    ['register', changed({ registers: last.registers.map((value) => value ^ 1) })],
    ['x87 register', changed({ image: register(last.image, 32) })],
    ['XMM register', changed({ image: register(last.image, 160) })],
    ['number of events', { ...outcome, events: outcome.events.slice(0, -1) }],
    ['memory', { ...outcome, memory: register(outcome.memory, 0x5000) }],
  ])('differs by its %s', (_, other) => {
    expect(compareOutcomes(program, outcome, other).differences).not.toEqual([]);
  });
});
