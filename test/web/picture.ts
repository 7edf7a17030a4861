import { Machine } from '../../src/index.ts';

/** The screen in Node when the disk's program is finished. */
export async function pictureOf(image: Uint8Array): ReturnType<Machine['screen']['image']> {
  const drives = [{ image, format: 'raw' }] as const;
  await using machine = await Machine.create({ memory: 16, drives, debugConsole: { iobase: 0xe9 } });
  await machine.start();
  await machine.debugConsole.expect('!');
  return await machine.screen.image();
}
