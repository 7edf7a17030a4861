import { describe, u8 } from '../../snapshot/describe.ts';

export const port92State = describe({ value: u8 });
