import { codeGuests } from './code-guests.ts';
import type { WildGuest } from './images.ts';
import { systemGuests } from './system-guests.ts';

/** Guests that do what no system does, for ever. */
export const wildGuests: Readonly<Record<string, WildGuest>> = { ...codeGuests, ...systemGuests };
