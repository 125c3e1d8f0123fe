import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { chooseBumpedFee, chooseFirstFee } from './fee.ts';
import { STAMP_VBYTES } from './wallet.ts';

const LIMITS = { minFeeRate: 1, maxFeeRate: 100, maxFeeSats: 5_000 };

test('without an estimate the least that is relayed is paid', () => {
  assert.equal(chooseFirstFee(LIMITS, null), STAMP_VBYTES);
});

test('when the least that is relayed is above the cap nothing is paid', () => {
  assert.equal(chooseFirstFee({ ...LIMITS, maxFeeSats: STAMP_VBYTES - 1 }, null), null);
});

test('no fee is above the cap or the highest rate, whatever is estimated and however often it is bumped', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.double({ min: 0, max: 1e6, noNaN: true })), { minLength: 1 }), (estimates) => {
      let fee = chooseFirstFee(LIMITS, estimates[0]!)!;
      for (const estimate of estimates) {
        assert(fee <= LIMITS.maxFeeSats && fee <= LIMITS.maxFeeRate * STAMP_VBYTES);
        const bumped = chooseBumpedFee(LIMITS, estimate, fee);
        if (bumped === null) {
          assert(fee + STAMP_VBYTES > LIMITS.maxFeeSats);
          return;
        }
        assert(bumped >= fee + STAMP_VBYTES, 'a replacement pays for its own relay');
        fee = bumped;
      }
    }),
  );
});
