import { InUseError } from './store.ts';

/** Milliseconds between two looks at an image that is in use. */
const PAUSE = 20;

/**
 * Opens an image that another process may have still, for so many milliseconds at most: of one that was killed the system closes
 * one connection or lock after the other.
 * @throws what `open` throws
 */
export async function whenFree<Opened>(open: () => Promise<Opened>, patience: number): Promise<Opened> {
  for (let left = patience; ; left -= PAUSE) {
    try {
      return await open();
    } catch (error) {
      if (!(error instanceof InUseError) || left <= 0) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}
