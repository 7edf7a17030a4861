/**
 * Runs a machine in a page of Chromium, with COM1 on standard input and output. The options are the first argument, as JSON.
 */
import { chromium } from 'playwright-core';
import { findBrowser } from '../../scripts/browser.ts';
import { isolation, serve } from '../../test/support/web/server.ts';
import type { Start } from './engine.ts';

/** What runs machines. */
export type ChromiumLibrary = 'rawiron' | 'v86';

export interface ChromiumOptions extends Start {
  readonly library: ChromiumLibrary;
  /** The folder with its files. */
  readonly site: string;
}

/** What a page is given to start a machine. */
interface PageStart {
  readonly append: string;
  readonly memory: number;
}

/** What pages have besides what browsers give: the two directions of the serial line, in characters of a byte each. */
declare const toConsole: (text: string) => void;

const PAGE = '<!doctype html><title>bench</title><link rel="icon" href="data:,">';

/** Functions that the page gets as text. Each makes a machine, starts it, and keeps a global function that sends to it. */
const starts: Readonly<Record<ChromiumLibrary, (start: PageStart) => Promise<void>>> = {
  rawiron: async ({ append, memory }) => {
    const address = '/rawiron.js';
    const { Machine } = (await import(address)) as typeof import('../../src/index.ts');
    const machine = await Machine.create({ memory, boot: { kernel: '/kernel', initrd: '/initrd', append } });
    machine.serial.on('data', (bytes) => toConsole(String.fromCharCode(...bytes)));
    Object.assign(globalThis, { toMachine: (text: string) => void machine.serial.write(text) });
    await machine.start();
  },
  v86: async ({ append, memory }) => {
    const address = '/libv86.mjs';
    const { V86 } = (await import(address)) as typeof import('v86');
    const machine = new V86({
      ...{ wasm_path: '/v86.wasm', bios: { url: '/bios.bin' }, vga_bios: { url: '/vgabios.bin' } },
      ...{ bzimage: { url: '/kernel' }, initrd: { url: '/initrd' }, cmdline: append, memory_size: memory * 2 ** 20 },
      ...{ vga_memory_size: 2 ** 23, disable_speaker: true, autostart: true },
    });
    let bytes = '';
    const flush = () => {
      if (bytes !== '') toConsole(bytes);
      bytes = '';
    };
    machine.add_listener('serial0-output-byte', (byte: number) => {
      bytes += String.fromCharCode(byte);
      if (byte === 10) flush();
      else if (bytes.length === 1) setTimeout(flush, 1);
    });
    Object.assign(globalThis, { toMachine: (text: string) => machine.serial0_send(text) });
  },
};

const { library, site, kernel, initrd, append, memoryMegabytes }: ChromiumOptions = JSON.parse(process.argv[2]);
const found = await findBrowser();
if (typeof found === 'string') throw new Error(found);
const files = { '/index.html': new TextEncoder().encode(PAGE), '/kernel': kernel, '/initrd': initrd };
const server = await serve(site, isolation, files);
const env = { ...(process.env as Record<string, string>), ...found.env };
const browser = await chromium.launch({ executablePath: found.path, env, args: ['--no-sandbox'] });
browser.on('disconnected', () => process.exit(1));
const page = await browser.newPage();
page.on('pageerror', (error) => process.stderr.write(`${error}\n`));
await page.exposeFunction('toConsole', (text: string) => void process.stdout.write(Buffer.from(text, 'latin1')));
await page.goto(server.url);
process.stdin.on('data', (bytes) => void page.evaluate(`toMachine(${JSON.stringify(bytes.toString('latin1'))})`));
process.stdin.on('end', () => process.exit(0));
await page.evaluate(starts[library], { append, memory: memoryMegabytes });
