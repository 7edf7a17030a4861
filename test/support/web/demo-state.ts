import { Machine } from '../../../src/index.ts';

/** A state of the demo at its prompt, as browsers can unpack it. */
export async function demoState(): Promise<Uint8Array> {
  const machine = await Machine.create({ memory: 16, boot: { demo: true } });
  try {
    await machine.start();
    await machine.serial.expect(/demo> $/, { timeout: 60_000 });
    return await machine.snapshot({ compression: 'deflate' });
  } finally {
    await machine.stop();
  }
}
