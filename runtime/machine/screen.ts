import type { ScreenUpdate } from '../devices/vga/picture.ts';

/** Pictures of one device. */
interface Pictures {
  update(): ScreenUpdate;
  /** The next update is the first one of another screen. */
  forget(): void;
}

/** The machine's screen: that of the display adapter, and in its place a framebuffer of Xen's while the guest uses one. */
export class MachineScreen {
  readonly #adapter: Pictures | null;
  readonly #framebuffer: (Pictures & { readonly isThere: boolean }) | null;
  /** Derived: the one that was looked at last. */
  #shown: Pictures | null = null;

  constructor(adapter: Pictures | null, framebuffer: (Pictures & { readonly isThere: boolean }) | null) {
    this.#adapter = adapter;
    this.#framebuffer = framebuffer;
  }

  /** The changes since the last call; null: nothing of the machine has a screen. */
  update(): ScreenUpdate | null {
    const shown = this.#framebuffer?.isThere ? this.#framebuffer : (this.#adapter ?? this.#framebuffer);
    if (shown !== this.#shown) this.forget();
    this.#shown = shown;
    return shown?.update() ?? null;
  }

  /** The next update is the first one of another screen. */
  forget(): void {
    this.#shown?.forget();
  }
}
