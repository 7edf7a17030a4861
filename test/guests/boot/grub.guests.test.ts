import { testGrub } from './grub.ts';

testGrub();
