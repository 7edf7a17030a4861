import type { Screen } from '../screen/index.ts';
import { LookPace } from '../screen/look-pace.ts';
import { type Damage, eachChange } from './damage.ts';
import { ViewerGone } from './error.ts';
import type { Picture } from './rectangle.ts';

/** A viewer's view of the screen. */
export interface View {
  readonly damage: Damage;
  /** There is something to be sent of what it wants. */
  readonly isDue: boolean;
  /** The screen has another size. */
  resized(picture: Picture): void;
}

const NOTHING: Picture = { width: 0, height: 0, dots: new Uint32Array(0) };

/** The picture that all viewers see. The screen is looked at only while a viewer waits for it. */
export class Framebuffer {
  readonly #screen: Pick<Screen, 'picture'>;
  readonly #views = new Set<View>();
  readonly #waiting = new Map<View, PromiseWithResolvers<void>>();
  readonly #pace = new LookPace();
  #picture = NOTHING;
  #version = -1;
  #isLooking = false;

  constructor(screen: Pick<Screen, 'picture'>) {
    this.#screen = screen;
  }

  get picture(): Picture {
    return this.#picture;
  }

  add(view: View): void {
    this.#views.add(view);
  }

  remove(view: View): void {
    this.#views.delete(view);
    this.#waiting.get(view)?.reject(new ViewerGone());
    this.#waiting.delete(view);
  }

  /** Something may change soon. */
  stir(): void {
    this.#pace.stir();
  }

  /** Looks at the screen, at once. @throws Error if the machine has ended */
  async look(): Promise<void> {
    const seen = await this.#screen.picture(this.#version);
    if (seen === null) return;
    this.#version = seen.version;
    this.#pace.changed();
    const { width, height, data } = seen.image;
    this.#show({ width, height, dots: new Uint32Array(data.buffer) });
  }

  /** Resolves when a view is due, after another look. Rejects when it is removed, or the machine has ended. */
  due(view: View): Promise<void> {
    const waiting = Promise.withResolvers<void>();
    this.#waiting.set(view, waiting);
    if (!this.#isLooking) void this.#follow();
    return waiting.promise;
  }

  /** Looks as long as somebody waits. */
  async #follow(): Promise<void> {
    this.#isLooking = true;
    while (this.#waiting.size > 0) {
      await this.#pace.next();
      if (this.#waiting.size > 0) await this.look().catch((error) => this.#rejectAll(error));
      for (const [view, { resolve }] of this.#waiting) {
        if (!view.isDue) continue;
        this.#waiting.delete(view);
        resolve();
      }
    }
    this.#isLooking = false;
  }

  #show(picture: Picture): void {
    const before = this.#picture;
    this.#picture = picture;
    if (before.width !== picture.width || before.height !== picture.height)
      for (const view of this.#views) view.resized(picture);
    else
      eachChange(before, picture, (part) => {
        for (const { damage } of this.#views) damage.add(part);
      });
  }

  #rejectAll(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
