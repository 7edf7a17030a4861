import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CompilerError } from '../../bench/compile.ts';
import { native, runsI386Programs } from '../../bench/engines/native.ts';
import { archive, archiveSize } from '../../bench/everyday/archive.ts';
import { programText } from '../../bench/everyday/program-text.ts';
import { largeProgram } from '../../bench/large.ts';
import { boot, programs, steadyGroups } from '../../bench/programs.ts';
import { Session } from '../../bench/session.ts';
import { sampleText } from '../../bench/text.ts';
import { type ProgramFolder, programFolder } from './support/program-folder.ts';

const sources = join(import.meta.dirname, '../../bench/programs');

describe('The table of programs', () => {
  const names = [boot, ...programs].map(({ name }) => name);

  test('has each name once', () => {
    expect(new Set(names).size).toBe(names.length);
  });

  test('runs every C file', () => {
    const commands = programs.map((program) => program.command(1)).join('\n');
    const files = readdirSync(sources).filter((file) => file.endsWith('.c') && file !== 'main.c');
    expect(files.length).toBeGreaterThan(20);
    for (const file of files) expect(commands).toMatch(new RegExp(`bench(-sse2)? ${file.replace('.c', '')} 1$`, 'm'));
  });

  test('gives slow engines a size that is less, where they may do a part', () => {
    for (const { rounds } of programs.filter(({ group }) => steadyGroups.has(group))) expect(rounds).toBeGreaterThan(9);
  });
});

test('What is generated is the same each time', () => {
  expect(largeProgram()).toBe(largeProgram());
  expect(sampleText()).toBe(sampleText());
  expect(largeProgram().length).toBeGreaterThan(1e7);
  expect(sampleText()).toMatch(/^[A-Z][a-z]* /);
  expect(programText(9)).toBe(programText(9));
  expect(programText(9, 2)).not.toBe(programText(9));
});

test('The archive that is packed is the same each time, and neither all copies nor all noise', () => {
  const bytes = archive();
  expect(bytes).toEqual(archive());
  expect(bytes).toHaveLength(archiveSize);
  const packed = deflateSync(bytes).length / bytes.length;
  expect(packed).toBeGreaterThan(0.2);
  expect(packed).toBeLessThan(0.6);
});

// Of the host, whose kernel must have IA-32 emulation: nothing of the project is tested where it has not.
describe.skipIf(!runsI386Programs())("On the host's CPU", () => {
  let folder: ProgramFolder;
  let session: Session;

  beforeAll(async () => {
    folder = await programFolder();
    if (folder.missing !== undefined) return;
    session = await Session.start({
      engine: native,
      command: native.command(folder.start, folder.path),
      files: folder.files,
      bootTimeout: 20_000,
      programTimeout: 60_000,
    });
  });
  afterAll(async () => {
    session?.close();
    await folder.remove();
  });

  test.each(programs.filter(({ files }) => files === 'compiled'))('$name gives its checksum', async (program) => {
    // Where there is no compiler for i386 that is what is said.
    if (folder.missing !== undefined) return expect(folder.missing).toBeInstanceOf(CompilerError);
    const lacks = program.needs.some((feature) => !session.features.has(feature));
    if (lacks) return expect(program.group).toBe('sse2');
    expect(await session.run(program, 2)).toMatchObject({ rounds: 2 });
  });
});
