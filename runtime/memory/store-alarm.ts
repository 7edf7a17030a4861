import { NO_FRAME, type PhysicalMap } from './physical-map.ts';

/** Rings at the first store to pages that somebody wants to stay as they are. */
export interface StoreAlarm {
  /** Sets it on these physical pages, by their numbers, in the place of those before. It rings once, and is off then. */
  set(pages: readonly number[]): void;
}

/** Makes an alarm. It costs nothing while it is off, and the first store to a page after it was set. */
export type MakeStoreAlarm = (ring: () => void) => StoreAlarm;

/** Alarms for the memory of a physical map. Throws an Error where too many watch for stores. */
export function storeAlarms(map: PhysicalMap): MakeStoreAlarm {
  const { frames } = map.ram;
  return (ring) => {
    // Derived: what is watched now.
    let watched: readonly number[] = [];
    const bit = frames.addAlarm(() => {
      frames.unmark(watched, bit);
      watched = [];
      ring();
    });
    return {
      set(pages) {
        frames.unmark(watched, bit);
        watched = pages.map((page) => map.frameAt(page)).filter((frame) => frame !== NO_FRAME);
        frames.mark(watched, bit);
      },
    };
  };
}
