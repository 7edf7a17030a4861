/** Why something is no JSON, in QEMU's words. */
export class JsonError extends Error {
  constructor(message: string) {
    super(`JSON parse error, ${message}`);
  }
}
