import { buildDemo } from './index.ts';

/** The demo guest for the PC that is here. In packages and pages this module has the bytes themselves (scripts/assembled-modules.ts). */
export const demoImage = (): Uint8Array => buildDemo();
