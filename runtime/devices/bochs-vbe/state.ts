import { describe, list, type StateOf, u8, u16 } from '../../snapshot/describe.ts';
import { vgaFields } from '../vga/state.ts';
import { VBE_COUNT } from './registers.ts';

/** Fields of a VGA with Bochs' VBE extension. An adapter with more of them adds its own. */
export const bochsFields = {
  ...vgaFields,
  vbeIndex: u16,
  vbe: list(VBE_COUNT, u16),
  /** The bank in force: turning VBE off, or setting its flags again, makes it 0, but not the register. */
  bank: u8,
};

export const bochsState = describe(bochsFields);

/** The state as the extension sees it. */
export type BochsState = StateOf<typeof bochsState>;
