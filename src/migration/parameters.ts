import { checkedInteger, checkNames } from '../util/checks.ts';

/** How a machine moves; QEMU's parameters of the same names. */
export interface MigrationParameters {
  /** The guest may stand still so long at the end, in milliseconds; before that what it still writes is sent again and again. */
  readonly downtimeLimit: number;
  /** While the guest runs no more bytes a second are sent; 0: as many as can be. */
  readonly maxBandwidth: number;
}

/** The parameters of QEMU 7.2. */
export const initialParameters: MigrationParameters = { downtimeLimit: 300, maxBandwidth: 128 << 20 };
/** QEMU's bound of `downtime-limit`. */
export const MOST_DOWNTIME = 2_000_000;

/** @throws ConfigurationError that names the parameter */
export function checkedParameters(parameters: Partial<MigrationParameters>): Partial<MigrationParameters> {
  checkNames('parameters', parameters, Object.keys(initialParameters));
  const { downtimeLimit, maxBandwidth } = parameters;
  if (downtimeLimit !== undefined) checkedInteger('downtimeLimit', downtimeLimit, 0, MOST_DOWNTIME);
  if (maxBandwidth !== undefined) checkedInteger('maxBandwidth', maxBandwidth, 0, Number.MAX_SAFE_INTEGER);
  return parameters;
}
