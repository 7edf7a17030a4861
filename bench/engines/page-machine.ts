/**
 * Runs a machine in a page of a browser, with COM1 on standard input and output. The options are the first argument, as JSON.
 */
import type { AddressInfo } from 'node:net';
import type { BrowserName } from '../../scripts/browser.ts';
import { webSocketServer } from '../../src/node/web-socket/server.ts';
import { isolation, serve } from '../../test/support/web/server.ts';
import { startBrowser } from '../../test/support/web/start.ts';
import type { Start } from './engine.ts';

/** A library that runs machines in a page. */
export type PageLibrary = 'rawiron' | 'v86';

export interface PageOptions extends Start {
  readonly browser: BrowserName;
  readonly library: PageLibrary;
  /** The folder with its files. */
  readonly site: string;
}

/** Arguments for a page to start a machine. */
interface PageStart {
  readonly append: string;
  /** Megabytes. */
  readonly memory: number;
  /** The address of a WebSocket: both directions of the serial line. */
  readonly console: string;
}

const PAGE = '<!doctype html><title>bench</title><link rel="icon" href="data:,">';

/** Functions that the page gets as text. Each makes a machine and starts it. */
const starts: Readonly<Record<PageLibrary, (start: PageStart) => Promise<string>>> = {
  rawiron: async ({ append, memory, console }) => {
    const address = '/rawiron.js';
    const { Machine } = (await import(address)) as typeof import('../../src/index.ts');
    const machine = await Machine.create({ memory, boot: { kernel: '/kernel', initrd: '/initrd', append } });
    const socket = new WebSocket(console);
    socket.binaryType = 'arraybuffer';
    await new Promise((resolve) => socket.addEventListener('open', resolve));
    machine.serial.on('data', (bytes) => socket.send(bytes as Uint8Array<ArrayBuffer>));
    socket.addEventListener('message', ({ data }) => void machine.serial.write(new Uint8Array(data)));
    await machine.start();
    return 'started';
  },
  v86: async ({ append, memory, console }) => {
    const address = '/v86.js';
    const { V86 } = (await import(address)) as typeof import('v86');
    const socket = new WebSocket(console);
    socket.binaryType = 'arraybuffer';
    await new Promise((resolve) => socket.addEventListener('open', resolve));
    const machine = new V86({
      ...{ wasm_path: '/v86.wasm', bios: { url: '/bios.bin' }, vga_bios: { url: '/vgabios.bin' } },
      ...{ bzimage: { url: '/kernel' }, initrd: { url: '/initrd' }, cmdline: append, memory_size: memory * 2 ** 20 },
      ...{ vga_memory_size: 2 ** 23, disable_speaker: true, autostart: true },
    });
    let bytes: number[] = [];
    const flush = () => {
      if (bytes.length > 0) socket.send(Uint8Array.from(bytes));
      bytes = [];
    };
    machine.add_listener('serial0-output-byte', (byte: number) => {
      bytes.push(byte);
      if (byte === 10) flush();
      else if (bytes.length === 1) setTimeout(flush, 1);
    });
    socket.addEventListener('message', ({ data }) =>
      machine.serial0_send(String.fromCharCode(...new Uint8Array(data))),
    );
    return 'started';
  },
};

const options: PageOptions = JSON.parse(process.argv[2]!);
const { library, site, kernel, initrd } = options;
const sockets = webSocketServer({
  isAllowed: () => true,
  connected(stream) {
    stream.pipe(process.stdout);
    process.stdin.pipe(stream);
  },
});
await new Promise<void>((resolve) => sockets.listen(0, '127.0.0.1', resolve));
const files = { '/index.html': new TextEncoder().encode(PAGE), '/kernel': kernel, '/initrd': initrd };
const server = await serve(site, isolation, files);
const browser = await startBrowser(options.browser);
process.stdin.on('end', () => void browser[Symbol.asyncDispose]().then(() => process.exit(0)));
const start: PageStart = {
  append: options.append,
  memory: options.memoryMegabytes,
  console: `ws://127.0.0.1:${(sockets.address() as AddressInfo).port}`,
};
try {
  const tab = await browser.open(server.url);
  await browser.evaluate(tab, `(${starts[library]})(${JSON.stringify(start)})`);
} catch (error) {
  // It would outlive this process.
  await browser[Symbol.asyncDispose]();
  throw error;
}
