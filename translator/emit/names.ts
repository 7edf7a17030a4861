/** Names of the state words that regions keep in locals, by word index. */
export const registerNames: readonly string[] = [
  'eax',
  'ecx',
  'edx',
  'ebx',
  'esp',
  'ebp',
  'esi',
  'edi',
  'zero',
  'flagResult',
  'flagCarries',
];
