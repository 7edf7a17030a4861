import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Why no program for i386 can be made and run here, or undefined if one can: `gcc -m32` is often there without its libraries. */
export function whyNoI386Programs(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'compiler-'));
  try {
    const program = join(folder, 'program');
    const input = '#include <stdint.h>\nint main(void) { return 7; }\n';
    spawnSync('gcc', ['-m32', '-static', '-x', 'c', '-', '-o', program], { input });
    return spawnSync(program).status === 7
      ? undefined
      : 'gcc makes no programs for i386 that run here: see npm run install-oracles';
  } finally {
    rmSync(folder, { recursive: true });
  }
}
