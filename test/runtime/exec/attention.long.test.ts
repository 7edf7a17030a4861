import { expectToComeBack } from '../../support/endless-tests.ts';

expectToComeBack('polling');
