import { Machine } from 'rawiron';
import { putImage } from '../../src/images.ts';
import type { ObjectStore } from '../../src/store.ts';

/** Puts keys on the screen: int 16h gives a character, int 10h shows it. */
const CODE = [0x31, 0xdb, 0xb4, 0x00, 0xcd, 0x16, 0xb4, 0x0e, 0xcd, 0x10, 0xeb, 0xf4];

/** Stores an image of a machine with a display, whose guest shows what is typed. */
export async function putTypewriter(store: ObjectStore): Promise<void> {
  const disk = new Uint8Array(512 * 512);
  disk.set(CODE);
  disk.set([0x55, 0xaa], 510);
  await using machine = await Machine.create({ memory: 8, vga: 'std', drives: [{ image: disk }] });
  await machine.start();
  await machine.screen.expect('Booting');
  await machine.keyboard.type('typed');
  await machine.screen.expect('typed');
  await machine.pause();
  await putImage(store, 'typewriter', await machine.snapshot());
}
