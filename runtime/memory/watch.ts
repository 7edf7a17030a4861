/** A linear page to be watched: it gets no TLB entries of these kinds, so that every access to it is seen. */
export interface Watch {
  readonly page: number;
  readonly reads: boolean;
  readonly writes: boolean;
  readonly fetches: boolean;
}

/** Told of every access to a watched page, by linear address (access: of Access); it may throw. */
export type AccessWatcher = (linear: number, bytes: number, access: number) => void;

/** The pages that are watched: at most one a breakpoint. */
export class WatchedPages {
  private watches: readonly Watch[] = [];
  /** No data is watched. */
  idle = true;

  set(watches: readonly Watch[]): void {
    this.watches = watches;
    this.idle = !watches.some(({ reads, writes }) => reads || writes);
  }

  /** All pages, each at least once. */
  pages(): number[] {
    return this.watches.map(({ page }) => page);
  }

  reads(page: number): boolean {
    return this.watches.some((w) => w.page === page && w.reads);
  }

  writes(page: number): boolean {
    return this.watches.some((w) => w.page === page && w.writes);
  }

  fetches(page: number): boolean {
    return this.watches.some((w) => w.page === page && w.fetches);
  }
}
