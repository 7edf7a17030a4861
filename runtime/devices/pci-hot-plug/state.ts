import { describe, u32 } from '../../snapshot/describe.ts';

export const hotPlugState = describe({ up: u32, down: u32, bus: u32 });
