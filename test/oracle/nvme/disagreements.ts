/** Where ours answers otherwise than QEMU's: the question, the answer, and the reason. */
export const disagreements: Readonly<Record<string, readonly [answer: string, reason: string]>> = {
  'register 4': ['00400020', 'CAP.CSS: the NVM command set alone, and no others by Identify'],
  'feature 6, select 1': ['0 1', 'the write cache is on after each reset'],
  'log that there is not': [
    '4109 0',
    'Invalid Log Page (NVM Express 1.4, figure 127), which QEMU answers by Invalid Field',
  ],
  'abort of no queue': ['4002 0', 'what has failed has no result'],
};

/** Bytes of what Identify tells that are others, by their offsets, and the reason. */
export const bytes: Readonly<Record<string, Readonly<Record<number, readonly [value: number, reason: string]>>>> = {
  'identify the controller': {
    // A release of QEMU's is none of ours: '1.0' in place of '7.2.22'.
    ...{ 64: [0x31, 'FR'], 66: [0x30, 'FR'], 67: [0x20, 'FR'], 68: [0x20, 'FR'], 69: [0x20, 'FR'] },
    97: [0, 'CTRATT: no extended LBA formats'],
    256: [0, 'OACS: no formatting and no management of namespaces'],
    257: [0, 'OACS: no doorbells in memory'],
    520: [0x1d, 'ONCS: no timestamp'],
    521: [0, 'ONCS: no copy'],
    534: [0, 'OCFS: no formats of copies'],
    536: [0, 'SGLS: none'],
  },
  'identify the namespace': {
    24: [0x10, 'NSFEAT: no error for blocks that are deallocated'],
    25: [0, 'NLBAF: one format'],
    27: [0, 'MC: no metadata'],
    28: [0, 'DPC: no protection'],
    33: [0, 'DLFEAT: what is deallocated may read as anything'],
    ...Object.fromEntries(
      [132, 134, 136, 138, 140, 142, 146, 148, 150, 152, 154, 156, 158].map((at) => [at, [0, 'one format']]),
    ),
  },
};

/** An answer of QEMU's with the bytes in which the other differs. */
export function withBytes(name: string, answer: string): string {
  const others = bytes[name];
  if (others === undefined) return answer;
  const [status, result, ...told] = answer.split(' ');
  const found = new Map(told.map((one) => one.split('=')).map(([at, value]) => [Number(at), value!]));
  for (const [at, [value]] of Object.entries(others)) found.set(Number(at), value.toString(16));
  const there = [...found].filter(([, value]) => value !== '0').sort(([a], [b]) => a - b);
  return [status, result, ...there.map(([at, value]) => `${at}=${value}`)].join(' ');
}
