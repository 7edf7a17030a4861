import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { native, runsI386Programs } from '../../bench/engines/native.ts';
import { apartGroups, programs } from '../../bench/programs.ts';
import { Session } from '../../bench/session.ts';
import { makeWorkspace, type Workspace } from '../../bench/workspace.ts';

// Of the host, whose kernel must have IA-32 emulation: nothing of the project is tested where it has not.
describe.skipIf(!runsI386Programs())("On the host's CPU, of Debian's packages,", () => {
  let workspace: Workspace;
  let session: Session;

  beforeAll(async () => {
    workspace = await makeWorkspace({ sets: new Set(['debian', 'everyday']), keep: false }, () => {});
    const { files, folder } = workspace;
    session = await Session.start({
      engine: native,
      command: native.command({ kernel: '', initrd: '', append: '', memoryMegabytes: 0 }, folder),
      files,
      bootTimeout: 20_000,
      programTimeout: 120_000,
    });
  }, 600_000);
  afterAll(() => session?.close());

  const real = programs.filter(({ group }) => apartGroups.has(group));
  test.each(real)('$name gives its checksum, again and again', { timeout: 120_000 }, async (program) => {
    // Where the packages can't be had that is what is said.
    if (workspace.missing.has(program.files)) return expect(workspace.missing.get(program.files)).toMatch(/./);
    expect(await session.run(program, 2)).toMatchObject({ rounds: 2 });
  });
});
