import { run } from '../../src/node/process.ts';
import type { Engine } from './engine.ts';

const program = 'qemu-system-i386';

async function version(): Promise<string> {
  const text = await run(program, ['--version']).catch(() => {
    throw new Error(`${program} is not installed`);
  });
  return /version (\S+)/.exec(text)?.[1] ?? 'unknown';
}

export const qemu: Engine = {
  name: 'qemu',
  about: 'QEMU, with its translator TCG',
  kind: 'machine',
  share: 1,
  takesDisks: true,
  prepare: version,
  command: ({ kernel, initrd, append, memoryMegabytes, disks = [] }) => ({
    command: program,
    args: [
      ...['-accel', 'tcg', '-m', String(memoryMegabytes), '-kernel', kernel, '-initrd', initrd, '-append', append],
      ...disks.flatMap(({ path, format }) => ['-drive', `file=${path},format=${format},if=ide`]),
      ...['-display', 'none', '-monitor', 'none', '-serial', 'stdio', '-nic', 'none', '-no-reboot'],
    ],
  }),
};
