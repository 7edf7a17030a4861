import { checkLimits, type MachineLimits } from 'rawiron';
import { FleetError } from './error.ts';

/**
 * Checks limits of machines that are made later, on some host.
 * @throws FleetError that names the limit
 */
export function checkMachineLimits(limits: MachineLimits): void {
  try {
    checkLimits(limits);
  } catch (error) {
    throw new FleetError((error as Error).message);
  }
}
