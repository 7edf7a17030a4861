import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { runtimeFolder } from '../../../../src/node/process/runtime-folder.ts';

vi.mock('node:os', { spy: true });
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'runtime-test-'));
  vi.stubEnv('XDG_RUNTIME_DIR', folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

test.skipIf(process.platform === 'win32')('a user whom the host does not know has a folder too', () => {
  vi.mocked(userInfo).mockImplementation(() => {
    throw new Error('uv_os_get_passwd returned ENOENT');
  });
  const own = runtimeFolder();
  expect(own).toBe(join(folder, `rawiron-${process.geteuid!()}`));
  expect(statSync(own).mode & 0o777).toBe(0o700);
});
