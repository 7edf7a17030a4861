import { bytes, describe, u32 } from '../../snapshot/describe.ts';
import { CONFIG_BYTES } from './registers.ts';

export const functionState = describe({ config: bytes(CONFIG_BYTES) });

/** `address`: the register at port 0xcf8. */
export const busState = describe({ address: u32 });
