/** Operands as the encoder takes them. */

export type RegisterFile = 'general' | 'segment' | 'control' | 'debug' | 'x87' | 'mmx' | 'xmm';

export interface RegisterOperand {
  readonly kind: 'register';
  readonly file: RegisterFile;
  /** As encoded; AH CH DH BH are 4-7 of one byte. */
  readonly number: number;
  readonly bytes: number;
}

export interface ImmediateOperand {
  readonly kind: 'immediate';
  /** For a relative jump or call: the EIP it goes to. */
  readonly value: number;
  /** A size that was asked for; for a jump, of its displacement. */
  readonly bytes?: number | undefined;
}

export interface MemoryOperand {
  readonly kind: 'memory';
  readonly addressBytes: 2 | 4;
  /** Numbers of general registers. */
  readonly base?: number | undefined;
  readonly index?: number | undefined;
  /** Shift of the index, 0-3. */
  readonly scale: number;
  readonly displacement: number;
  /** An override that was asked for. */
  readonly segment?: number | undefined;
  /** Size of what is accessed, where it was told. */
  readonly bytes?: number | undefined;
  /** A far pointer is accessed. */
  readonly far: boolean;
}

export interface FarOperand {
  readonly kind: 'far';
  readonly selector: number;
  readonly offset: number;
  readonly bytes?: number | undefined;
}

export type EncoderOperand = RegisterOperand | ImmediateOperand | MemoryOperand | FarOperand;

export class EncodeError extends Error {
  override readonly name = 'EncodeError';
}
