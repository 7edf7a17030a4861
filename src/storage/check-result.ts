/** Errors of an image that are told apart; more are the same again. */
export const MOST_ERRORS = 1000;

/** The result of checking an image. */
export interface CheckResult {
  /** Errors by which data may get lost. */
  readonly errors: readonly string[];
  /** How many of these are entries whose flag does not fit the count of what they point to. */
  readonly wrongFlags: number;
  /** Clusters that count as used and are not. */
  readonly leaks: number;
  readonly allocatedClusters: number;
  readonly compressedClusters: number;
  readonly fragmentedClusters: number;
  readonly totalClusters: number;
  /** Bytes up to the end of the last cluster in use. */
  readonly endOffset: number;
}
