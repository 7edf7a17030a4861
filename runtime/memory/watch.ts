/** A linear page to be watched: it gets no TLB entries of these kinds, so that every access to it is seen. */
export interface Watch {
  readonly page: number;
  readonly reads: boolean;
  readonly writes: boolean;
  readonly fetches: boolean;
}

/** Told of every access to a watched page, by linear address (access: of Access); it may throw. */
export type AccessWatcher = (linear: number, bytes: number, access: number) => void;

/** The owner of a watch: the processor's own breakpoints, or a debugger outside the guest. */
export type WatchOwner = 'processor' | 'debugger';

/** The pages that are watched: at most one a breakpoint. */
export class WatchedPages {
  readonly #byOwner = new Map<WatchOwner, { readonly watches: readonly Watch[]; readonly watcher: AccessWatcher }>();
  #watches: readonly Watch[] = [];
  /** No data is watched. */
  idle = true;

  /** Replaces what an owner watches. */
  set(owner: WatchOwner, watches: readonly Watch[], watcher: AccessWatcher): void {
    this.#byOwner.set(owner, { watches, watcher });
    this.#watches = [...this.#byOwner.values()].flatMap((one) => one.watches);
    this.idle = !this.#watches.some(({ reads, writes }) => reads || writes);
  }

  /** Tells all owners of an access. */
  readonly tell: AccessWatcher = (linear, bytes, access) => {
    for (const { watcher } of this.#byOwner.values()) watcher(linear, bytes, access);
  };

  /** All pages, each at least once. */
  pages(): number[] {
    return this.#watches.map(({ page }) => page);
  }

  reads(page: number): boolean {
    return this.#watches.some((w) => w.page === page && w.reads);
  }

  writes(page: number): boolean {
    return this.#watches.some((w) => w.page === page && w.writes);
  }

  fetches(page: number): boolean {
    return this.#watches.some((w) => w.page === page && w.fetches);
  }
}
