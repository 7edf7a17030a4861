/** Actions of pages of any browser with the library: the text of these functions goes there, so they refer to nothing outside. */
/** The library, which is a global of these pages. */
declare const rawiron: typeof import('../../src/browser/index.ts');

/** An expression that calls a function in a page. */
export function call<Args extends readonly unknown[]>(act: (...args: Args) => unknown, ...args: Args): string {
  return `(${act})(${args.map((arg) => JSON.stringify(arg)).join()})`;
}

/** The demo counts primes; their number. */
export async function runDemo(isolate?: 'worker' | 'caller'): Promise<string> {
  const machine = await rawiron.Machine.create({ memory: 16, boot: { demo: true }, ...(isolate && { isolate }) });
  await machine.start();
  await machine.serial.expect(/demo> $/);
  machine.serial.write('bench 5\r');
  const [, primes] = await machine.serial.expect(/with (\d+) primes/, { timeout: 100_000 });
  await machine.stop();
  return primes!;
}

/** A guest that computes without end is paused, resumed and stopped; the states it was in, with commas. */
export async function controlSpinning(): Promise<string> {
  const spin = new Uint8Array(512);
  spin.set([0xeb, 0xfe]);
  spin.set([0x55, 0xaa], 510);
  const image = new Blob([spin, new Uint8Array(511 * 512)]);
  const machine = await rawiron.Machine.create({ memory: 4, drives: [{ image }] });
  await machine.start();
  await new Promise((resolve) => setTimeout(resolve, 1000));
  await machine.pause();
  const paused = machine.state;
  await machine.resume();
  const running = machine.state;
  await machine.stop();
  return [paused, running, machine.state, (await machine.exited).reason].join();
}

/** Boots `disk.img`; the size of the picture when it is done, and the SHA-256 of its bytes, as JSON. */
export async function pictureOfDisk(): Promise<string> {
  const image = await (await fetch('disk.img')).blob();
  const drives = [{ image, format: 'raw' }] as const;
  const machine = await rawiron.Machine.create({ memory: 16, drives, debugConsole: { iobase: 0xe9 } });
  await machine.start();
  await machine.debugConsole.expect('!', { timeout: 100_000 });
  const { width, height, data } = await machine.screen.image();
  await machine.stop();
  // A million numbers are more than a debugger's protocol, and a matcher, have done in a minute.
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(data)));
  return JSON.stringify({ width, height, digest: digest.toHex() });
}

/** The demo goes on from a snapshot in another machine; the primes that this counts. */
export async function goOnFromSnapshot(): Promise<string> {
  const first = await rawiron.Machine.create({ memory: 16, boot: { demo: true } });
  await first.start();
  await first.serial.expect(/demo> $/);
  await first.pause();
  const snapshot = await first.snapshot({ compression: 'deflate' });
  await first.stop();
  const second = await rawiron.Machine.restore(snapshot);
  await second.start();
  second.serial.write('bench 5\r');
  const [, primes] = await second.serial.expect(/with (\d+) primes/, { timeout: 100_000 });
  await second.stop();
  return primes!;
}

/** Keeps `count.img` in the browser; the names of all that is kept, with commas. */
export async function keepCounter(): Promise<string> {
  await rawiron.keepImage('opfs:count.img', await (await fetch('count.img')).blob());
  return (await rawiron.keptImages()).join();
}

/** Boots the disk that counts; what it tells. The machine runs on. */
export async function bootCounter(image: string): Promise<string> {
  const drives = [{ image, ...(image.endsWith('.img') && { format: 'raw' as const }) }];
  const machine = await rawiron.Machine.create({ memory: 4, drives, debugConsole: { iobase: 0xe9 } });
  await machine.start();
  const [, count] = await machine.debugConsole.expect(/(.)!/, { timeout: 100_000 });
  return count!;
}

/** Runs a container of an image in `machine`; its exit code, output and errors, with commas. */
export async function runInContainer(image: string): Promise<string> {
  const command = ['sh', '-c', 'echo out $FROM_IMAGE; echo err >&2; exit 3'];
  const container = await rawiron.Container.run({ image, command, machine: 'machine' });
  const text = (stream: ReadableStream) => new Response(stream).text();
  const all = [container.exited, text(container.stdout as ReadableStream), text(container.stderr as ReadableStream)];
  return (await Promise.all(all)).join(', ');
}
