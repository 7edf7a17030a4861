import { Machine, type MachineOptions } from '../../../src/index.ts';

/** The result of one image in one run. */
export interface ImageRun {
  readonly passed: number;
  /** Names of tests. */
  readonly failed: readonly string[];
  readonly skipped: readonly string[];
  /** How it ended: an exit code of isa-debug-exit, or that it did not end. */
  readonly end: number | 'hangs';
}

/** The environment of the images: there is no firmware to ask. */
const environment = new TextEncoder().encode('NR_CPUS=1\nMEMSIZE=128\nMEMLIMIT=128\nTEST_DEVICE=1\n');

/** Runs a Multiboot image of kvm-unit-tests to its end, or for some milliseconds. */
export async function runImage(
  kernel: Uint8Array,
  engine: MachineOptions['engine'],
  milliseconds: number,
): Promise<ImageRun> {
  const machine = await Machine.create({
    memory: '128M',
    ...(engine !== undefined && { engine }),
    boot: { kernel, initrd: environment },
    debugExit: { iobase: 0xf4, iosize: 4 },
    pcTestdev: true,
    reboot: 'exit',
  });
  let text = '';
  const decoder = new TextDecoder('latin1');
  machine.serial.on('data', (bytes) => {
    text += decoder.decode(bytes, { stream: true });
  });
  const late = Promise.withResolvers<'hangs'>();
  const timer = setTimeout(() => late.resolve('hangs'), milliseconds);
  try {
    await machine.start();
    const end = await Promise.race([machine.exited.then(({ code }) => code), late.promise]);
    return { ...judged(text), end };
  } finally {
    clearTimeout(timer);
    await machine.stop();
  }
}

function judged(text: string): Omit<ImageRun, 'end'> {
  const named = (verdict: string) => [...text.matchAll(new RegExp(`^${verdict}: (.*?)\\r?$`, 'gm'))].map((m) => m[1]!);
  return { passed: named('PASS').length, failed: named('FAIL'), skipped: named('SKIP') };
}
