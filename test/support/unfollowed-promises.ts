import { type AsyncHook, createHook } from 'node:async_hooks';

// The test runner follows every promise, to tell which test a stray error belongs to. That makes an `await` thirty times
// as slow. Without it such an error still fails its file. Hooks can be made without (`trackPromises`), but not its own.
const unfollowing = createHook({ trackPromises: false }) as AsyncHook & Record<symbol, unknown>;
const mark = Object.getOwnPropertySymbols(unfollowing).find((symbol) => unfollowing[symbol] === true)!;
const prototype = Object.getPrototypeOf(unfollowing);
const { enable } = prototype;
prototype.enable = function enableUnfollowing(this: typeof unfollowing): AsyncHook {
  this[mark] = true;
  return enable.call(this);
};
