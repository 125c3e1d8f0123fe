export { FollowError, type FollowErrorCode } from './error.ts';
export { type FollowerOptions, type PollReport, RevocationFollower } from './follower.ts';
export { type Revocations, type SealBinding, sealIsVisible } from './seal.ts';
export { createMemoryState, type Evidence, type FollowerState, type Head, type StateStore } from './state.ts';
export { type TrustedKey, verifySnapshot } from './verify-snapshot.ts';
export {
  verifyOrigimarkWebhook,
  verifyTrackoriginWebhook,
  type WebhookDelivery,
  WebhookFault,
  type WebhookFaultCode,
} from './webhook.ts';
