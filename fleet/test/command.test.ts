import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'fleet-command-'));
  cpSync(join(import.meta.dirname, '../bin'), join(place, 'fleet/bin'), { recursive: true });
  put('fleet/src/cli/main.ts', 'const word: string = process.argv[2]!; console.log("sources ran with " + word);');
});
afterEach(() => rmSync(place, { recursive: true }));

function put(path: string, text: string): void {
  mkdirSync(join(place, path, '..'), { recursive: true });
  writeFileSync(join(place, path), text);
}

/** Runs the command as a Node of that version would. */
function runAs(version: string) {
  put('disguise.cjs', `Object.defineProperty(process.versions, 'node', { value: '${version}' });`);
  const words = ['--require', join(place, 'disguise.cjs'), join(place, 'fleet/bin/rawiron-fleet.mjs'), 'a'];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
  return { status, stdout, stderr };
}

test('the sources run by this Node, if it can', () => {
  expect(runAs('24.0.0')).toEqual({ status: 0, stdout: 'sources ran with a\n', stderr: '' });
});

test.each(['20.20.2', '22.23.3'])(
  'Node %s hands over to the one that was installed, and ends as that does',
  (version) => {
    put('node_modules/node/bin/node', '#!/bin/sh\necho "$(basename "$2") by another Node, with $3"; exit 3\n');
    chmodSync(join(place, 'node_modules/node/bin/node'), 0o755);
    expect(runAs(version)).toEqual({ status: 3, stdout: 'main.ts by another Node, with a\n', stderr: '' });
  },
);

test('Node 20.20.2, of an install without scripts, is told what to run', () => {
  const { status, stdout, stderr } = runAs('20.20.2');
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toMatch(/^rawiron-fleet: Node 20\.20\.2 cannot run TypeScript sources; run "npm ci".*\n$/);
});
