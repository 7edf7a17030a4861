import { buildBios } from '../runtime/firmware/bios/index.ts';
import { buildVideoBios } from '../runtime/firmware/vgabios/index.ts';

/** Does something once, and gives its result again. */
function once<Result extends object>(make: () => Result): () => Result {
  let made: Result | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** The system BIOS of our own. */
export const bios = once(buildBios);
/** The video BIOS of our own. */
export const videoBios = once(buildVideoBios);
