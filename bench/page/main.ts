#!/usr/bin/env node
/**
 * How the page answers while a guest computes: how often it is drawn, and how soon a key reaches the guest and is answered.
 *
 *     node bench/page/main.ts [chromium|firefox|webkit] [NAME]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { build } from 'vite';
import { type BrowserName, browserNamed } from '../../scripts/browser.ts';
import { isolation, serve } from '../../test/support/web/server.ts';
import { guestFloppy, guests, type PageGuest } from './guests.ts';
import { type PageFigures, startProbe, watchFrames } from './probe.ts';
import { openTab, type Tab } from './tabs.ts';

/** Milliseconds for which frames are counted and keys are pressed. */
const DURATION = 10_000;
/** Milliseconds between two keys, besides a part by chance: they are to come at any time of a frame. */
const KEY_INTERVAL = 80;
/** The guest's code is to be translated. */
const WARM_UP = 3000;
/** An animation frame that comes later than so many milliseconds after the one before has missed its turn at 60 Hz. */
const LATE = 25;
/** Isolated from other origins, as `npm run web` serves the page, or not, as most servers do. */
const servers = { shared: isolation, 'not shared': {} } as const;

async function pressKeys(tab: Tab, until: number): Promise<void> {
  while (performance.now() < until) {
    await tab.press('a');
    await wait(KEY_INTERVAL + Math.random() * KEY_INTERVAL);
  }
}

async function measure(tab: Tab): Promise<PageFigures> {
  await tab.evaluate(`(${startProbe})()`);
  await wait(WARM_UP);
  const keys = pressKeys(tab, performance.now() + DURATION);
  const figures = JSON.parse(await tab.evaluate(`(${watchFrames})(${DURATION})`)) as PageFigures;
  await keys;
  return figures;
}

/** The value that this part of all is not above. */
function quantile(values: readonly number[], part: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * part)] ?? Number.NaN;
}

function lineOf({ frames, keys, pictures }: PageFigures): string {
  const seconds = frames.reduce((sum, frame) => sum + frame, 0) / 1000;
  const late = frames.filter((frame) => frame > LATE).length / frames.length;
  const figures = [frames.length / seconds, 100 * late, quantile(frames, 0.99), pictures / seconds];
  return [...figures, quantile(keys, 0.5), quantile(keys, 0.95)].map((value) => value.toFixed(1).padStart(9)).join('');
}

async function measureGuest(folder: string, browser: BrowserName, guest: PageGuest): Promise<void> {
  for (const [memory, headers] of Object.entries(servers)) {
    await using server = await serve(folder, headers, { '/guest.img': guestFloppy(guest) });
    await using tab = await openTab(browser, `${server.url}#fda=guest.img&memory=16&run`);
    console.log(`${lineOf(await measure(tab))}  ${browser}, memory ${memory}: ${guest.name}`);
  }
}

const [browser = 'chromium', name = ''] = process.argv.slice(2);
const browserName = browserNamed(browser);
const folder = await mkdtemp(join(tmpdir(), 'bench-page-'));
try {
  const configFile = join(import.meta.dirname, '../../web/vite.config.ts');
  await build({ configFile, logLevel: 'warn', build: { outDir: folder, emptyOutDir: true } });
  console.log(' frames/s  late, %   99 %/ms    pict/s    key/ms  95 %/ms');
  for (const guest of guests.filter((one) => one.name.includes(name))) await measureGuest(folder, browserName, guest);
} finally {
  await rm(folder, { recursive: true });
}
