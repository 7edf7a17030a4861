/** QEMU's classes of errors (docs/interop/qmp-spec: 2.4.2). */
export type QmpErrorClass = 'GenericError' | 'CommandNotFound' | 'DeviceNotFound' | 'DeviceNotActive';

/** An error of a command. */
export class QmpError extends Error {
  /** By which it is told from other errors. */
  override readonly name = 'QmpError';
  /** By which programs tell errors apart. */
  readonly errorClass: QmpErrorClass;

  constructor(message: string, errorClass: QmpErrorClass = 'GenericError') {
    super(message);
    this.errorClass = errorClass;
  }
}
