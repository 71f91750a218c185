import { liteRtSchema } from './litert-schema.mjs';
import { pillow } from './pillow.mjs';
import { testGuestCompilation } from './test-guest-compilation.mjs';
import { testGuests } from './test-guests.mjs';

/** What the tests need in addition to the set-up of the package. */
export const testSteps = [
  // From the same wheel, which is then downloaded.
  { ...liteRtSchema, needs: ['litert'] },
  { ...pillow, needs: [] },
  { ...testGuests, needs: [] },
  { ...testGuestCompilation, needs: ['addon', 'typescript', 'guests'] },
];
