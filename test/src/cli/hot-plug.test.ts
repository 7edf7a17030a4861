import { expect, test } from 'vitest';
import { devices } from '../../../src/cli/devices.ts';
import { plugProblem } from '../../../src/hot-plug/device-buses.ts';

test.each(Object.keys(devices))('device_add knows the %s of -device', (model) => {
  expect(plugProblem({ drives: [], virtioPorts: [] }, model)).not.toContain('is not a valid device model name');
});
