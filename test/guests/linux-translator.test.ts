import { testLinux } from '../support/linux-tests.ts';

testLinux('translator');
