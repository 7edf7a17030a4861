import { choice, describe, starting, u8 } from '../../snapshot/describe.ts';
import { Control } from './registers.ts';

/** States of the printer while it takes a byte. */
export const Printer = { ready: 0, busy: 1, acknowledges: 2 } as const;

export const parallelState = describe({
  data: u8,
  control: starting(u8, Control.notInitialize | Control.select),
  printer: choice(Object.values(Printer)),
});
