/// <reference lib="dom" />
import type { Machine } from '../../src/index.ts';

/** Measurements in a page, in milliseconds each. */
export interface PageFigures {
  /** From one animation frame to the next. */
  readonly frames: readonly number[];
  /** From the browser's event of a key to the guest's answer. */
  readonly keys: readonly number[];
  /** Pictures of the machine that were shown while frames were counted. */
  readonly pictures: number;
}

type Pc = HTMLElement & { readonly machine: Machine | null };

/** Data that the page keeps while it is measured. */
interface Probe {
  readonly frames: number[];
  readonly keys: number[];
  pictures: number;
}

declare global {
  var probe: Probe;
}

/** Its text runs in the page, and refers to nothing outside: waits for the machine, and for its answer to keys from then on. */
export async function startProbe(): Promise<string> {
  const pc = document.querySelector('rawiron-pc') as Pc;
  while (pc.machine?.state !== 'running') await new Promise((resolve) => setTimeout(resolve, 50));
  const probe: Probe = { frames: [], keys: [], pictures: 0 };
  globalThis.probe = probe;
  const pressed: number[] = [];
  window.addEventListener('keydown', ({ timeStamp }) => pressed.push(timeStamp), { capture: true });
  pc.machine.serial.on('data', (bytes) => {
    const now = performance.now();
    for (const byte of bytes) {
      const start = byte < 0x80 ? pressed.shift() : undefined;
      if (start !== undefined) probe.keys.push(now - start);
    }
  });
  pc.addEventListener('picture', () => probe.pictures++);
  pc.focus();
  return 'ready';
}

/** Its text runs in the page: counts animation frames for some milliseconds. */
export async function watchFrames(milliseconds: number): Promise<string> {
  const { probe } = globalThis;
  const frame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));
  probe.pictures = 0;
  let last = await frame();
  for (const end = last + milliseconds; last < end; ) {
    const now = await frame();
    probe.frames.push(now - last);
    last = now;
  }
  return JSON.stringify(probe);
}
