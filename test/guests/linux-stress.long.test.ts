import { testLinux } from '../support/linux-tests.ts';

// All that runs is translated. (To check all that is made besides takes this guest many minutes.)
testLinux({ name: 'translator', threshold: 1 }, 'cryptomgr.notests');
