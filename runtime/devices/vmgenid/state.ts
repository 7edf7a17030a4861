import { bytes, describe } from '../../snapshot/describe.ts';
import { GENERATION_ID_BYTES } from './registers.ts';

export const generationIdState = describe({ id: bytes(GENERATION_ID_BYTES) });
