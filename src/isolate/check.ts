import { type Check, makeCheck } from '../../runtime/exec/check.ts';
import { checkText } from './check-text.ts';

/** The debug mode, with a parser of what is emitted. Hosts import it where a machine's configuration asks for it, as it is large. */
export const check: Check = makeCheck(checkText);
