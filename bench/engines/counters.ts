import type { Metrics } from '../../src/index.ts';
import type { ExitReport, TranslationStats } from '../../src/machine-core.ts';

/** A request for the counters of a machine's process. */
export interface CountersRequest {
  /** Whether exits of translations are counted from now on, which takes time. Absent: as before. */
  readonly watch?: boolean;
}

/** Its answer. */
export interface Counters {
  readonly metrics: Metrics;
  readonly stats: TranslationStats;
  readonly exits: ExitReport;
}
