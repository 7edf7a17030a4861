import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ShutdownReports } from '../../../src/cli/deaths.ts';
import type { Shutdown } from '../../../src/index.ts';
import { haltRom, tripleFaultRom } from '../../support/death-roms.ts';
import { rawiron, rawironUntil } from '../support/command-line.ts';

let folder: string;
const path = (name: string) => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deaths-test-'));
  await writeFile(path('triple'), tripleFaultRom);
  await writeFile(path('halt'), haltRom);
});
afterAll(() => rm(folder, { recursive: true }));

const isolates = ['worker', 'caller'];

test.each(isolates)('-no-reboot after a triple fault says what happened and has an exit code: %s', async (isolate) => {
  const { code, errors } = await rawiron(['-bios', path('triple'), '-no-reboot', '-isolate', isolate]);
  expect(code).toBe(2);
  expect(errors).toMatch(
    /^rawiron: triple fault at f000:\w{8}: #UD -> .* -> shutdown; the machine ends\nEAX=00000051 /,
  );
  expect(errors).toMatch(/\nEFER=0000000000000000\n$/);
});

test('the same triple fault again and again is told of once', async () => {
  const { errors } = await rawironUntil(/(?:CPU Reset(?:(?!CPU Reset)[\s\S])*){20}/, [
    '-bios',
    path('triple'),
    '-d',
    'cpu_reset',
  ]);
  expect(errors.match(/rawiron: triple fault/g)).toHaveLength(1);
  expect(errors).toContain('; the guest reboots\n');
});

test('a halt for good is told of with the registers', async () => {
  const { code, errors } = await rawironUntil(/EFER/, ['-bios', path('halt')]);
  expect(errors).toMatch(/^rawiron: the guest has halted for good\nEAX=00000052 (.*\n)+EIP=.* HLT=1\n/);
  expect(code).toBe(0);
});

test('-d logs to standard error', async () => {
  const { code, errors } = await rawiron(['-bios', path('triple'), '-no-reboot', '-d', 'int', '-d', 'cpu_reset']);
  expect(errors).toMatch(/^ {5}0: v=06 e=0000 i=0 cpl=0 IP=f000:.*\nEAX=00000051 /);
  expect(errors).toContain('\nTriple fault: #UD -> ');
  expect(code).toBe(2);
});

test('-D sends the log to a file', async () => {
  const args = ['-bios', path('triple'), '-no-reboot', '-d', 'int,unimp', '-D', path('log')];
  const { errors } = await rawiron(args);
  expect(errors).not.toContain('v=06');
  expect(await readFile(path('log'), 'utf8')).toMatch(/^ {5}0: v=06 (.*\n)+ {5}2: v=08 (.*\n)+EFER=\w+\n$/);
});

test('a log that cannot be written: one line, and exit code 1', async () => {
  const { code, errors } = await rawiron(['-bios', path('halt'), '-D', '/no/such/log']);
  expect({ code, errors }).toEqual({
    code: 1,
    errors: 'rawiron: cannot write /no/such/log: no such file or directory\n',
  });
});

test('triple faults that differ are counted after the first ten', () => {
  const notes: string[] = [];
  let time = 0;
  const reports = new ShutdownReports(
    (text) => notes.push(text.split('\n')[0]!),
    () => time,
  );
  const registers = (eip: number) => ({ cs: { selector: 8 }, eip, dr: [] }) as unknown as Shutdown['registers'];
  const add = (eip: number) => {
    const segments = Object.fromEntries(['es', 'ss', 'ds', 'fs', 'gs', 'ldtr', 'tr'].map((name) => [name, {}]));
    const tables = { gdtr: {}, idtr: {} };
    reports.add({ exceptions: [], registers: { ...segments, ...tables, ...registers(eip) } } as Shutdown, 'it reboots');
  };
  for (let eip = 0; eip < 15; eip++) add(eip);
  expect(notes).toHaveLength(10);
  expect(notes[9]).toBe('rawiron: triple fault at 0008:00000009: shutdown; it reboots');
  time = 10_000;
  add(3);
  add(4);
  expect(notes.slice(10)).toEqual([
    'rawiron: 6 more triple faults; the last one: triple fault at 0008:00000003: shutdown',
  ]);
});
