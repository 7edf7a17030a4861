import { testLinux } from '../support/linux-tests.ts';

// The kernel's own tests of its cryptography take half of the boot: they run with the interpreter.
testLinux('translator', 'cryptomgr.notests');
