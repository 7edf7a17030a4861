import type { Download } from '../src/browser/download.ts';
import { byId } from './elements.ts';
import type { PlaceName } from './images.ts';

/** Tells how far the images of a machine are that come from web servers. */
export class Loading {
  readonly #signal: AbortSignal;
  readonly #say: (text: string) => void;
  readonly #bar = byId('loading', HTMLProgressElement);
  readonly #parts = new Map<PlaceName, { readonly received: number; readonly total: number | undefined }>();
  #said = '';

  /** @param signal when they are no longer wanted */
  constructor(signal: AbortSignal, say: (text: string) => void) {
    this.#signal = signal;
    this.#say = say;
    signal.addEventListener('abort', () => {
      this.#bar.hidden = true;
    });
  }

  /** How an image is loaded. */
  download(name: PlaceName): Download {
    const report = (received: number, total: number | undefined) => {
      this.#parts.set(name, { received, total });
      this.#tell();
    };
    return { signal: this.#signal, report };
  }

  /** It is read out, too: one text for all of them, in tenths, or in steps of 16 MB where a server doesn't say how much there is. */
  #tell(): void {
    const parts = [...this.#parts.values()];
    const sum = (of: (part: (typeof parts)[number]) => number) => parts.reduce((all, part) => all + of(part), 0);
    const received = sum((part) => part.received);
    const total = sum((part) => part.total ?? 0);
    const isKnown = parts.every(({ total }) => total !== undefined);
    const part = isKnown
      ? `${Math.floor((received / total) * 10) * 10} %`
      : `${Math.floor(received / 2 ** 24) * 16} MB`;
    const text = `Loading images: ${part}`;
    if (this.#signal.aborted) return;
    this.#bar.hidden = false;
    if (isKnown) Object.assign(this.#bar, { max: total, value: received });
    else this.#bar.removeAttribute('value');
    if (text === this.#said) return;
    this.#said = text;
    this.#say(text);
  }
}
