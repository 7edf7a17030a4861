import { open } from 'node:fs/promises';
import { detectKernel } from '../../runtime/firmware/load/index.ts';
import { MULTIBOOT_SEARCH_BYTES } from '../../runtime/firmware/load/multiboot-header.ts';
import { type Boot, ConfigurationError, type KernelModule } from '../index.ts';

/**
 * Splits `-initrd` as QEMU does for a Multiboot kernel: files with a comma between them, each with its arguments after a space; a
 * comma in a name is doubled. For Linux it is one file, whatever its name.
 */
export async function withModules(boot: Boot): Promise<Boot> {
  if (!('kernel' in boot) || typeof boot.initrd !== 'string' || !/[ ,]/.test(boot.initrd)) return boot;
  if (typeof boot.kernel !== 'string' || !(await isMultiboot(boot.kernel))) return boot;
  const [first, ...modules] = parseModules(boot.initrd);
  return { ...boot, initrd: first!.image, initrdName: first!.string!, ...(modules.length > 0 && { modules }) };
}

function parseModules(text: string): KernelModule[] {
  const parts = text.replaceAll(',,', '\0').split(',');
  return parts.map((part) => {
    const whole = part.replaceAll('\0', ',');
    const image = whole.replace(/ .*$/s, '');
    if (image === '')
      throw new ConfigurationError(`-initrd '${text}' has a module without a file; give -initrd 'FILE ARGUMENTS,FILE'`);
    return { image, string: whole };
  });
}

/** A kernel that cannot be read, or is none, is reported where it is loaded. */
async function isMultiboot(path: string): Promise<boolean> {
  try {
    await using file = await open(path);
    const { buffer, bytesRead } = await file.read({ buffer: new Uint8Array(MULTIBOOT_SEARCH_BYTES) });
    return detectKernel(buffer.subarray(0, bytesRead)) === 'multiboot';
  } catch {
    return false;
  }
}
