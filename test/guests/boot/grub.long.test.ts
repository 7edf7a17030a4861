import { testGrub } from './grub.ts';

// The other variants are in the long tests.
testGrub([{ firmware: 'rawiron', engine: 'translator' }]);
