import { assembleHandlers, type HandlerCode } from './interrupt-handlers.ts';

/** Handlers of interrupts. In packages and pages this module has their code itself (scripts/assembled-modules.ts). */
export const handlers = (): HandlerCode => assembleHandlers();
