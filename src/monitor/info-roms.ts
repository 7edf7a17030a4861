import type { CommandContext } from './command.ts';

/** Memory that the guest cannot write, as QEMU's `info roms` shows images of ROMs. */
export async function infoRoms({ machine }: CommandContext): Promise<string> {
  const roms = (await machine.examine('memoryMap')).filter(({ kind }) => kind === 'rom');
  return roms
    .map(({ base, length, name }) => {
      const [at, size] = [base.toString(16).padStart(16, '0'), length.toString(16).padStart(6, '0')];
      return `addr=${at} size=0x${size} mem=rom name="${name}"\n`;
    })
    .join('');
}
