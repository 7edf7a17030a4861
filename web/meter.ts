import type { Machine } from '../src/browser/index.ts';
import { byId } from './elements.ts';

/** Milliseconds between two figures. */
const INTERVAL = 1000;

/** How busy a machine is. */
export class Meter {
  readonly #list = byId('meter', HTMLElement);
  #timer: ReturnType<typeof setInterval> | undefined;
  #pictures = 0;

  attach(machine: Machine | null): void {
    clearInterval(this.#timer);
    this.#list.hidden = machine === null;
    if (!machine) return;
    let before = { slept: 0, time: 0 };
    this.#timer = setInterval(async () => {
      const [stats, slept] = await Promise.all([machine.translations.stats(), machine.slept()]).catch(() => []);
      if (!stats || slept === undefined) return;
      const time = performance.now() * 1e6;
      const busy = 1 - (slept - before.slept) / (time - before.time);
      if (before.time > 0) this.#show('load', `${Math.round(Math.min(Math.max(busy, 0), 1) * 100)} %`);
      before = { slept, time };
      this.#show('translations', stats.translations.toLocaleString('en'));
      this.#show('pictures', String(Math.round((this.#pictures * 1000) / INTERVAL)));
      this.#pictures = 0;
    }, INTERVAL);
  }

  /** A picture was drawn. */
  drawn(): void {
    this.#pictures++;
  }

  #show(id: string, text: string): void {
    byId(id, HTMLElement).textContent = text;
  }
}
