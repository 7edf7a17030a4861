import { run } from '../../src/node/process/process.ts';
import type { BenchCard } from '../network.ts';
import type { Engine } from './engine.ts';

const program = 'qemu-system-i386';

async function version(): Promise<string> {
  const text = await run(program, ['--version']).catch(() => {
    throw new Error(`${program} is not installed`);
  });
  return /version (\S+)/.exec(text)?.[1] ?? 'unknown';
}

function cardFlags({ model, mac, net }: BenchCard): string[] {
  const id = `${model}-net`;
  return ['-netdev', `user,id=${id},net=${net}.0/24`, '-device', `${model},netdev=${id},mac=${mac},romfile=`];
}

/** Flags that both kinds of starts have. */
const common = (memoryMegabytes: number): string[] => [
  ...['-accel', 'tcg', '-m', String(memoryMegabytes)],
  ...['-display', 'none', '-monitor', 'none', '-serial', 'stdio', '-no-reboot'],
];

export const qemu: Engine = {
  name: 'qemu',
  about: 'QEMU, with its translator TCG',
  kind: 'machine',
  share: 1,
  takesDisks: true,
  takesCards: true,
  prepare: version,
  command: ({ kernel, initrd, append, memoryMegabytes, disks = [], cards = [] }) => ({
    command: program,
    args: [
      ...common(memoryMegabytes),
      ...['-kernel', kernel, '-initrd', initrd, '-append', append],
      ...disks.flatMap((disk) => ['-drive', `file=${disk.path},format=${disk.format},if=${disk.interface}`]),
      ...(cards.length === 0 ? ['-nic', 'none'] : cards.flatMap(cardFlags)),
    ],
  }),
  floppyCommand: ({ floppy, memoryMegabytes }) => ({
    command: program,
    args: [...common(memoryMegabytes), '-nic', 'none', '-drive', `file=${floppy},format=raw,if=floppy`],
  }),
};
