import type { Assumption } from '../../translator/emit/links.ts';
import type { Decode } from '../../translator/x86/decode.ts';
import type { Mmu } from '../memory/mmu.ts';
import type { CachedTranslation } from './cached-translation.ts';
import type { ColdRuns } from './evictions.ts';
import type { Handlers } from './handlers.ts';
import type { Loops } from './loops.ts';
import type { Node, Run } from './node.ts';
import type { Pace } from './pace.ts';
import type { Records } from './records.ts';
import type { Stops } from './stops.ts';

/** What a graph is made with. */
export interface GraphParts {
  readonly pace: Pace;
  readonly state: Int32Array;
  readonly mmu: Mmu;
  readonly handlers: Handlers;
  readonly loops: Loops;
  readonly records: Records;
  /** The decoder of the CPU's model. */
  readonly decoder: Decode;
  /** Calls that may be nested in each other. */
  readonly callDepth: number;
  /** Heat at which an entry is translated. */
  readonly hotAt: number;
  /** Heat at which an entry is first looked at; null: entries don't count their runs. */
  readonly firstDue: number | null;
  /** Called with an entry that has come to its `due`. */
  readonly onDue: Run;
  /** Called with the link of a translation by which it is left because an assumption failed. */
  readonly failed: (link: Node, assumption: Assumption) => void;
  /** Called with a translation that was dropped: nothing is to come to it any more. */
  readonly translationGone: (translation: CachedTranslation) => void;
  readonly coldRuns: ColdRuns;
  readonly stops: Stops;
  /** Bytes of the host's memory that code may take. */
  readonly cacheBytes: number;
  /** An interrupt waits, and IF allows it. */
  readonly interruptWaits: () => boolean;
}
