import { wildGuests } from './guests.ts';
import { expectTamed } from './tests.ts';

expectTamed(Object.keys(wildGuests), 3);
