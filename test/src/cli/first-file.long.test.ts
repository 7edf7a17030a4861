import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'acorn';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';

const bin = join(import.meta.dirname, '../../../bin');
const place = mkdtempSync(join(tmpdir(), 'first-file-'));
afterAll(() => rmSync(place, { recursive: true }));

/** Puts a module where the program is; it prints who runs it. */
function put(path: string, text: string): void {
  mkdirSync(join(place, path, '..'), { recursive: true });
  writeFileSync(join(place, path), text);
}

const commandLine = ['--require', join(place, 'disguise.cjs'), join(place, 'bin/rawiron.cjs'), 'a'];

/** Code that makes Node look like that version. */
function disguiseAs(version: string): string {
  return `Object.defineProperty(process.versions, 'node', { value: '${version}' });`;
}

/** Runs the command's first file as a Node of that version would. */
function runAs(version: string) {
  put('disguise.cjs', disguiseAs(version));
  const { status, stdout, stderr } = spawnSync(process.execPath, commandLine, { encoding: 'utf8' });
  return { status, stdout, stderr };
}

beforeEach(() => {
  rmSync(place, { recursive: true });
  mkdirSync(place);
  cpSync(bin, join(place, 'bin'), { recursive: true });
});

test('the file is one that any Node can read', () => {
  const text = readFileSync(join(bin, 'rawiron.cjs'), 'utf8');
  expect(parse(text, { ecmaVersion: 2015, sourceType: 'script', allowHashBang: true }).body).not.toEqual([]);
});

describe('in the package', () => {
  beforeEach(() => put('dist/node/program.mjs', 'console.log("ran with " + process.argv[2])'));

  test.each(['22.12.0', '24.0.0', '26.10.0'])('Node %s runs the program', (version) => {
    expect(runAs(version)).toEqual({ status: 0, stdout: 'ran with a\n', stderr: '' });
  });

  test.each(['8.17.0', '20.20.2', '22.11.0'])('Node %s is too old, which one line says', (version) => {
    const stderr = `rawiron: this is Node ${version}; 22.12 or later is needed\n`;
    expect(runAs(version)).toEqual({ status: 1, stdout: '', stderr });
  });
});

describe('in a clone', () => {
  beforeEach(() => {
    put('src/cli/main.mjs', 'import { run } from "./program.ts"; run(process.argv[2]);');
    put('src/cli/program.ts', 'export const run = (word: string) => console.log("sources ran with " + word);');
    for (const name of ['acorn', 'source-map']) put(`node_modules/${name}/package.json`, '{}');
  });

  test('sources run, whatever was built before', () => {
    put('dist/node/program.mjs', 'console.log("built")');
    expect(runAs('24.0.0')).toEqual({ status: 0, stdout: 'sources ran with a\n', stderr: '' });
  });

  test.each(['20.20.2', '22.23.3'])('Node %s, of an install without scripts, is told what to run', (version) => {
    const { status, stdout, stderr } = runAs(version);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(
      new RegExp(`^rawiron: Node ${version} cannot run TypeScript.*"npm ci".*install scripts.*\n$`),
    );
  });

  test.each(['18.0.0', '20.20.2'])(
    'Node %s hands over to the one that was installed, and ends as that does',
    (version) => {
      put('node_modules/node/bin/node', '#!/bin/sh\necho "$(basename "$1") by another Node, with $2"; exit 3\n');
      chmodSync(join(place, 'node_modules/node/bin/node'), 0o755);
      expect(runAs(version)).toEqual({ status: 3, stdout: 'rawiron.cjs by another Node, with a\n', stderr: '' });
    },
  );

  test('a signal that has ended it ends this too', () => {
    put('node_modules/node/bin/node', '#!/bin/sh\nkill -TERM $$\n');
    chmodSync(join(place, 'node_modules/node/bin/node'), 0o755);
    expect(runAs('20.20.2')).toEqual({ status: null, stdout: '', stderr: '' });
  });

  test.each(['SIGHUP', 'SIGINT', 'SIGTERM'] as const)('%s for it alone reaches that one, too', async (signal) => {
    const heard = `process.once('${signal}', () => { console.log('heard'); process.exit(3); });`;
    const program = `#!${process.execPath}\n${heard}\nsetInterval(() => {}, 1000);\nconsole.log('ready');\n`;
    put('node_modules/node/bin/node', program);
    chmodSync(join(place, 'node_modules/node/bin/node'), 0o755);
    put('disguise.cjs', disguiseAs('20.20.2'));
    const child = spawn(process.execPath, commandLine);
    let output = '';
    child.stdout.on('data', (data) => {
      output += data;
    });
    await once(child.stdout, 'data');
    child.kill(signal);
    const [code] = await once(child, 'close');
    expect({ code, output }).toEqual({ code: 3, output: 'ready\nheard\n' });
  });

  test('that one hears when it is killed', async () => {
    const dying = `require('fs').writeFileSync('${join(place, 'heard')}', ''); process.exit();`;
    const program = `#!${process.execPath}\nprocess.once('disconnect', () => { ${dying} });\nconsole.log('ready');\n`;
    put('node_modules/node/bin/node', program);
    chmodSync(join(place, 'node_modules/node/bin/node'), 0o755);
    put('disguise.cjs', disguiseAs('20.20.2'));
    const child = spawn(process.execPath, commandLine);
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await expect.poll(() => existsSync(join(place, 'heard')), { timeout: 30_000 }).toBe(true);
  });

  test('an install without development dependencies is told what to run', () => {
    rmSync(join(place, 'node_modules'), { recursive: true });
    const { status, stderr } = runAs('26.10.0');
    expect(status).toBe(1);
    expect(stderr).toMatch(/^rawiron: the packages .* are missing; run "npm ci" .*\n$/);
  });
});
