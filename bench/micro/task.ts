/** Something small to be measured. */
export interface MicroTask {
  readonly name: string;
  /** The unit of its work, and the number of units in one run. */
  readonly unit: string;
  readonly units: number;
  /** Does the work; the milliseconds it took, if they are not those of the whole call. */
  run(): number | undefined;
  /** Called when all is measured. */
  dispose?(): void;
}
