/** Something small to be measured. */
export interface MicroTask {
  readonly name: string;
  /** What one unit of its work is, and how many of them one run does. */
  readonly unit: string;
  readonly units: number;
  /** Does the work; the milliseconds it took, if they are not those of the whole call. */
  run(): number | undefined;
  /** Called when all is measured. */
  dispose?(): void;
}
