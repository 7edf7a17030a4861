import { wildGuests } from './guests.ts';
import { wildSettings } from './run.ts';
import { expectTamed } from './tests.ts';

expectTamed(Object.keys(wildGuests), wildSettings, 1);
