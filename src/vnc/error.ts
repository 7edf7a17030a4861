/** A viewer does what the protocol does not allow, or asks for what there is not: its connection ends. */
export class VncError extends Error {
  override readonly name = 'VncError';
}

/** The viewer has gone. */
export class ViewerGone extends Error {
  override readonly name = 'ViewerGone';
}
