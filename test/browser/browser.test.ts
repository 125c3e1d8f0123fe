import { after, suite, test } from 'node:test';
import { openBrowserWorld } from '../support/browser-world.ts';
import { testAccess } from './access.ts';
import { anchorWork } from './anchored.ts';
import { testAnchoring } from './anchoring.ts';
import { testBudgets } from './budgets.ts';
import { testCertificates } from './certificates.ts';
import { certifyAll } from './certified.ts';
import { testDocumentation } from './documentation.ts';
import { testLoad } from './load.ts';
import { testLooks } from './looks.ts';
import { testOperating } from './operating.ts';
import { testPeople } from './people.ts';
import { testVerifying } from './verifying.ts';
import { testBadges, testWidget } from './widget.ts';

/** Each waits more than it works: for blocks, timers and answers. */
const AT_ONCE = 3;

// One sandbox and one browser for all: starting them takes longer than most of the tests.
const world = await openBrowserWorld();
if (world === null) {
  test('in a browser', { skip: 'no browser starts here' });
} else {
  after(() => world[Symbol.asyncDispose]());
  const anchored = anchorWork(world.url);
  // Who awaits it gets the error; when nobody does, it is none.
  anchored.catch(() => {});
  const ids = await certifyAll(world.people);
  suite('in a browser', { concurrency: AT_ONCE }, () => {
    testAnchoring(world);
    testLooks(world, ids);
    testVerifying(world, anchored, ids);
    testPeople(world);
    testOperating(world);
    testCertificates(world, ids);
    testAccess(world);
    testBudgets(world, ids);
    testDocumentation(world);
    testWidget(world);
    testBadges(world);
  });
  testLoad(world);
}
