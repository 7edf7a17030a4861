import { spawnSync } from 'node:child_process';

/** Why no program for i386 can be made and run here, or undefined if one can: `gcc -m32` is often there without its libraries. */
export function whyNoCompiler(): string | undefined {
  if (!/^(x64|ia32)$/.test(process.arch)) return 'the host is no x86';
  const { status } = spawnSync('gcc', ['-m32', '-x', 'c', '-', '-o', '/dev/null'], {
    input: '#include <stdint.h>\nint main(void) { return 0; }\n',
  });
  return status === 0 ? undefined : 'gcc makes no programs for i386: see scripts/oracles.sh';
}
