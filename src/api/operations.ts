/** Made by build/openapi-client.ts from the server's OpenAPI document; not to be edited. */

export interface Operations {
  /** Revoke a key; it is dead here at once and everywhere within a second */
  'DELETE /api/account/keys/{id}': {
    path: { id: string };
    answers: {
      204: null;
      401: AccountKeysError;
      403: AccountKeysError;
      404: AccountKeysError;
      default: AccountKeysError;
    };
  };

  /** Let an account register renditions no longer */
  'DELETE /api/operator/integrators/{account_id}': {
    path: { account_id: string };
    answers: {
      204: null;
      400: OperatorError;
      401: OperatorError;
      403: OperatorError;
      404: OperatorError;
      default: OperatorError;
    };
  };

  /** Delete a webhook with its delivery log */
  'DELETE /api/v1/me/webhooks/{id}': {
    path: { id: string };
    answers: {
      204: null;
      401: TrackoriginError;
      403: TrackoriginError;
      404: TrackoriginError;
      429: TrackoriginError;
      default: TrackoriginError;
    };
  };

  /** Delete a webhook with its delivery log */
  'DELETE /api/v1/webhooks/{id}': {
    path: { id: string };
    answers: {
      204: null;
      401: OrigimarkError;
      403: OrigimarkError;
      404: OrigimarkError;
      429: OrigimarkError;
      default: OrigimarkError;
    };
  };

  /** What a program needs to know to use, and to check, this registry */
  'GET /.well-known/origimark.json': { answers: { 200: { [name: string]: unknown }; default: OrigimarkError } };

  /** Every key that certificates are or were signed with */
  'GET /.well-known/trackorigin-public-key.json': {
    answers: {
      200: {
        key_id: string;
        algorithm: 'Ed25519';

        /** 32 bytes in base64 */
        public_key: string;

        /** the same as SubjectPublicKeyInfo */
        public_key_pem: string;
        valid_from: string;
        valid_until: string | null;
        status: 'active' | 'retired';

        /** The newest first; the fields beside are those of the first one. */
        keys: Array<{
          key_id: string;
          algorithm: 'Ed25519';

          /** 32 bytes in base64 */
          public_key: string;

          /** the same as SubjectPublicKeyInfo */
          public_key_pem: string;
          valid_from: string;
          valid_until: string | null;
          status: 'active' | 'retired';
        }>;
        log: { origin: string; verifier_key: string };
      };
      default: TrackoriginError;
    };
  };

  /** The signed list of every revoked certificate */
  'GET /.well-known/trackorigin-revocations.json': {
    answers: {
      200: {
        format: 'touchmark/revocations/1';
        registry: 'trackorigin';

        /** The head of the log that the list is as of. Never goes back. */
        sequence: number;

        /** The same number. */
        head: number;
        generated_at: string;

        /** Believe nothing of it after this. */
        expires_at: string;
        key_id: string;
        revoked: Array<{ cert_id: string; sequence: number; revoked_at: string; reason: string }>;

        /** Base64, over the RFC 8785 bytes of all the other fields. */
        signature: string;
      };
      304: null;
      default: TrackoriginError;
    };
  };

  /** Keys of the account, newest first, at most 200 */
  'GET /api/account/keys': {
    answers: {
      200: { keys: Array<AccountKey> };
      401: AccountKeysError;
      403: AccountKeysError;
      404: AccountKeysError;
      default: AccountKeysError;
    };
  };

  /** Purses of the account, and every movement of credits, newest first */
  'GET /api/account/ledger': {
    query?: {
      /** 1 to 100 */
      limit?: string;
      /** next_before of the previous page */
      before?: string;
    };
    answers: {
      200: {
        purses: Array<{ purse: string; balance: number }>;
        entries: Array<{
          purse: string;

          /** Of the purse, from 1, without gaps. */
          sequence: number;

          /** Credits that came in, or, when negative, went out. */
          amount: number;

          /** Of the purse, after this line. */
          balance: number;
          reason: string;
          reference: string;
          created_at: string;
        }>;
        next_before: string | null;
      };
      400: AccountBillingError;
      401: AccountBillingError;
      default: AccountBillingError;
    };
  };

  /** Active subscriptions of the account, and its API calls this month */
  'GET /api/account/plan': {
    answers: {
      200: {
        subscriptions: Array<{ product: string; plan: string; paid_until: string }>;
        api_usage: {
          month: string;
          free_quota: number;
          free_used: number;
          paid_calls: number;
          credits_balance: number;
          estimated_calls_remaining: number;
        };
      };
      401: AccountBillingError;
      default: AccountBillingError;
    };
  };

  /** The profile of the account that is signed in */
  'GET /api/account/profile': { answers: { 200: AccountProfile; 401: AccountError; default: AccountError } };

  /** Submissions of the account, newest first */
  'GET /api/account/submissions': {
    query?: {
      /** 1 to 100, 25 when left out */
      limit?: string;
      /** `next_cursor` of the page before */
      cursor?: string;
    };
    answers: {
      200: { submissions: Array<Submission>; next_cursor: string | null };
      400: TrackoriginError;
      401: TrackoriginError;
      default: TrackoriginError;
    };
  };

  /** A submission of the account, and what was decided */
  'GET /api/account/submissions/{id}': {
    path: { id: string };
    answers: { 200: Submission; 401: TrackoriginError; 404: TrackoriginError; default: TrackoriginError };
  };

  /** The OpenTimestamps proof of one of the account’s timestamps */
  'GET /api/account/timestamps/{id}/ots': {
    path: { id: string };
    answers: {
      200: Uint8Array<ArrayBuffer>;
      400: ProofdError;
      401: ProofdError;
      404: ProofdError;
      429: ProofdError;
      default: ProofdError;
    };
  };

  /** The session and its account, or null */
  'GET /api/auth/get-session': {
    answers: { 200: { session: AccountSession; user: AccountUser } | null; default: AccountError };
  };

  /** The public keys of the token issuer (RFC 7517) */
  'GET /api/auth/jwks': { answers: { 200: { keys: Array<{ [name: string]: unknown }> }; default: AccountError } };

  /** The sessions of the account */
  'GET /api/auth/list-sessions': { answers: { 200: Array<AccountSession>; 401: AccountError; default: AccountError } };

  /** Whether these routes work */
  'GET /api/auth/ok': { answers: { 200: { ok: boolean }; default: AccountError } };

  /** What a mailed link opens: goes on to the page that asks for the new password */
  'GET /api/auth/reset-password/{token}': {
    path: { token: string };
    query: { callbackURL: string };
    answers: { 302: null; 429: AccountError; default: AccountError };
  };

  /** A JSON Web Token for the account, good for 15 minutes */
  'GET /api/auth/token': { answers: { 200: { token: string }; 401: AccountError; default: AccountError } };

  /** Confirm an address, or a change of address, with the token that was mailed */
  'GET /api/auth/verify-email': {
    query: {
      token: string;
      /** A page of this server to go on to, as a path or an address. */
      callbackURL?: string;
    };
    answers: { 200: { [name: string]: unknown }; 302: null; 429: AccountError; default: AccountError };
  };

  /** The state of a receipt as a picture */
  'GET /api/badge/{receipt_id}.svg': {
    path: { receipt_id: string };
    answers: { 200: string; 400: OrphographError; 404: OrphographError; default: OrphographError };
  };

  /** What the badges of several receipts say */
  'GET /api/badges': {
    query: {
      /** Up to 100 ids of receipts, with commas between them. */
      ids: string;
    };
    answers: {
      200: {
        /** By id; null for one that is not there, or private: pages of others show those to nobody. */
        results: { [name: string]: unknown };
      };
      400: OrphographError;
      default: OrphographError;
    };
  };

  /** Whether an order was paid */
  'GET /api/btc-order/{order_id}': {
    path: { order_id: string };
    answers: { 200: BitcoinOrder; 400: OrphographError; 404: OrphographError; default: OrphographError };
  };

  /** An order's address and amount, for a wallet's camera */
  'GET /api/btc-order/{order_id}/qr.svg': {
    path: { order_id: string };
    answers: { 200: string; 400: OrphographError; 404: OrphographError; default: OrphographError };
  };

  /** Prices, payment links and what is switched on */
  'GET /api/config': {
    answers: {
      200: {
        stripe: {
          pack_url: string | null;
          personal_monthly_url: string | null;
          personal_annual_url: string | null;
          creator_monthly_url: string | null;
        };
        pricing: {
          pack_usd: number;
          pack_credits: number;
          personal_monthly_usd: number;
          personal_annual_usd: number;
          creator_monthly_usd: number;
        };
        toggles: { checkout_disabled: boolean; anchoring_disabled: boolean; maintenance_mode: boolean };
        features: {
          btc_payments: boolean;
          creator_tier_live: boolean;
          private_receipts: boolean;
          receipt_vault: boolean;
        };
      };
      default: OrphographError;
    };
  };

  /** Whether the server works, in counts and times only */
  'GET /api/health': {
    answers: {
      200: {
        ok: boolean;
        version: string;
        boot_at: string;
        uptime_sec: number;
        counts: { receipts_on_disk: number };
        ledger_bytes: { anchor_ledger: number; upgrade_log: number; expiry_log: number };
        last: { anchor_at: string | null; upgrade_run_at: string | null; expiry_run_at: string | null };
        calendars: Array<{
          url: string;
          reachable: boolean;

          /** Rounds it accepted and should have confirmed by now; not in the contract. */
          overdue: number;
        }>;
        btc_oracle: { available: boolean; usd_per_btc: number | null; source: string | null };
        payout: { configured: boolean; address_pool_size: number; xpub_set: boolean };
        checked_at: string;
      };
      default: OrphographError;
    };
  };

  /** The receipts of your account, newest first */
  'GET /api/me/anchors': {
    query?: {
      /** Default 50. */
      limit?: string;
      /** next_before of the last page. */
      before?: string;
      /** What hash_hex starts with. */
      q?: string;
      /** What occurs in client_label, in whatever case. No character stands for others. */
      label?: string;
      private?: 'true' | 'false';
    };
    answers: {
      200: {
        anchors: Array<{
          receipt_id: string;
          found: true;
          created_at: string;
          hash_hex: string;
          sha512_hex: string | null;
          client_label: string | null;
          status: 'pending' | 'partial' | 'pinned';
          btc_pinned_at: string | null;
          calendars_ok: number;
          calendars_total: number;
          checks: Array<{ file: string; magic_ok: boolean; hash_match: boolean; ok: boolean }>;
          private: boolean;
        }>;
        next_before: string | null;
      };
      400: OrphographError;
      401: OrphographError;
      402: OrphographError;
      default: OrphographError;
    };
  };

  /** All receipts of your account as one archive */
  'GET /api/me/anchors.zip': {
    answers: {
      200: Uint8Array<ArrayBuffer>;
      401: OrphographError;
      402: OrphographError;
      503: OrphographError;
      default: OrphographError;
    };
  };

  /** Accounts, by id */
  'GET /api/operator/accounts': {
    query?: {
      /** 1 to 100, 50 when left out */
      limit?: string;
      /** `next_cursor` of the page before */
      cursor?: string;
      /** Start of the address */
      email?: string;
    };
    answers: {
      200: {
        accounts: Array<{
          id: string;
          email: string;
          email_verified: boolean;
          role: 'member' | 'operator';
          display_name: string;
          handle: string | null;
          created_at: string;
        }>;
        next_cursor: string | null;
      };
      400: OperatorError;
      401: OperatorError;
      403: OperatorError;
      default: OperatorError;
    };
  };

  /** What operators did, newest first */
  'GET /api/operator/actions': {
    query?: {
      /** 1 to 100, 50 when left out */
      limit?: string;
      /** `next_cursor` of the page before */
      cursor?: string;
      /** Id of a submission, a certificate or an account */
      subject?: string;
    };
    answers: {
      200: {
        actions: Array<{
          id: string;
          at: string;
          operator_id: string;
          action: string;
          subject: string;
          reason: string;
          before: { [name: string]: unknown };
          after: { [name: string]: unknown };
        }>;
        next_cursor: string | null;
      };
      400: OperatorError;
      401: OperatorError;
      403: OperatorError;
      default: OperatorError;
    };
  };

  /** Certificates of tracks, newest first */
  'GET /api/operator/certificates': {
    query?: {
      /** 1 to 100, 50 when left out */
      limit?: string;
      /** `next_cursor` of the page before */
      cursor?: string;
      /** An id, a SHA-256 of a master, or the start of a title */
      q?: string;
      /** Of the artist */
      handle?: string;
      status?: 'active' | 'revoked' | 'all';
      mode?: 'live' | 'test';
    };
    answers: {
      200: { certificates: Array<RegisteredCertificate>; next_cursor: string | null };
      400: OperatorError;
      401: OperatorError;
      403: OperatorError;
      default: OperatorError;
    };
  };

  /** A certificate of a track */
  'GET /api/operator/certificates/{id}': {
    path: { id: string };
    answers: {
      200: RegisteredCertificate;
      400: OperatorError;
      401: OperatorError;
      403: OperatorError;
      404: OperatorError;
      409: OperatorError;
      503: OperatorError;
      default: OperatorError;
    };
  };

  /** Accounts that may register renditions */
  'GET /api/operator/integrators': {
    query?: {
      /** 1 to 100, 50 when left out */
      limit?: string;
      /** `next_cursor` of the page before */
      cursor?: string;
    };
    answers: {
      200: { integrators: Array<{ account_id: string; note: string; added_at: string }>; next_cursor: string | null };
      400: OperatorError;
      401: OperatorError;
      403: OperatorError;
      default: OperatorError;
    };
  };

  /** Accepted policies of audio, newest first */
  'GET /api/operator/policies': {
    answers: {
      200: {
        policies: Array<{
          id: string;
          state: 'in_force' | 'accepted' | 'withdrawn';
          accepted_at: string;
          accepted_by: string;
          withdrawn_at: string | null;

          /** Ed25519 key, base64 */
          signed_by: string;
          date: string;
          corpus: { description: string; recordings: number; releases: number };
          held_out: { impostors: number; false_matches: number; genuine: number; false_non_matches: number };
        }>;
      };
      400: OperatorError;
      401: OperatorError;
      403: OperatorError;
      default: OperatorError;
    };
  };

  /** Submissions, those that have waited longest first */
  'GET /api/operator/submissions': {
    query?: {
      /** 1 to 100, 50 when left out */
      limit?: string;
      /** `next_cursor` of the page before */
      cursor?: string;
      status?: 'pending' | 'verified' | 'rejected' | 'withdrawn' | 'all';
      mode?: 'live' | 'test';
    };
    answers: {
      200: { submissions: Array<QueuedSubmission>; next_cursor: string | null };
      400: OperatorError;
      401: OperatorError;
      403: OperatorError;
      default: OperatorError;
    };
  };

  /** A submission, its submitter, and what else there is of the same recording */
  'GET /api/operator/submissions/{id}': {
    path: { id: string };
    answers: {
      200: {
        submission: QueuedSubmission;
        submitter: { id: string; email: string | null; display_name: string | null };
        same_work: {
          submissions: Array<QueuedSubmission>;
          certificates: Array<{
            cert_id: string;
            sandbox: boolean;
            status: 'active' | 'revoked';
            title: string;
            artist_id: string;
          }>;
        };

        /** Active certificates that the audio may be of: likely duplicates. */
        similar_audio: Array<{
          cert_id: string;
          kind: 'exact' | 'similar';
          band: 'exact' | 'strong' | 'probable' | 'inconclusive' | 'no_match';
          score: number;

          /** Where in that recording this one begins. */
          offset_ms: number;
          verification_policy_id: string | null;

          /** The prints are the submitter’s word. */
          evidence: 'client_asserted';
        }>;
      };
      400: OperatorError;
      401: OperatorError;
      403: OperatorError;
      404: OperatorError;
      default: OperatorError;
    };
  };

  /** A receipt and the state of its proofs */
  'GET /api/receipt/{receipt_id}': {
    path: { receipt_id: string };
    answers: { 200: OrphographReceipt; 400: OrphographError; 404: OrphographError; default: OrphographError };
  };

  /** A receipt with all its proofs, as an archive that is checked without this server */
  'GET /api/receipt/{receipt_id}.zip': {
    path: { receipt_id: string };
    answers: { 200: Uint8Array<ArrayBuffer>; 400: OrphographError; 404: OrphographError; default: OrphographError };
  };

  /** A receipt with what it proves, what it does not, and how to check it */
  'GET /api/receipt/{receipt_id}/summary': {
    path: { receipt_id: string };
    answers: {
      200: {
        receipt_id: string;
        found: true;
        created_at: string;
        hash_hex: string;
        sha512_hex: string | null;
        client_label: string | null;
        status: 'pending' | 'partial' | 'pinned';
        btc_pinned_at: string | null;
        calendars_ok: number;
        calendars_total: number;
        checks: Array<{ file: string; magic_ok: boolean; hash_match: boolean; ok: boolean }>;
        what_this_proves: string;
        what_this_does_not_prove: Array<string>;
        how_to_verify: string;
      };
      400: OrphographError;
      404: OrphographError;
      default: OrphographError;
    };
  };

  /** How much is anchored here, in totals */
  'GET /api/stats': {
    answers: {
      200: {
        version: string;
        uptime_sec: number;
        boot_at: string;
        anchors: { total: number; last_24h: number; last_7d: number; last_anchor_at: string | null };
        calendars: { reachable: number; total: number; items: Array<{ name: string; reachable: boolean }> };
        btc_oracle: { available: boolean; usd_per_btc: number | null; source: string | null };
        checked_at: string;
      };
      default: OrphographError;
    };
  };

  /** An artist */
  'GET /api/v1/artists/{handle}': {
    path: { handle: string };
    answers: {
      200: {
        id: string | null;
        handle: string;
        display_name: string;
        bio: string | null;
        location: string | null;
        avatar_url: string | null;
        verified_since: string | null;

        /** Active and revoked ones, as its list has them. */
        certificate_count: number;
        public_url: string;
      };
      401: TrackoriginError;
      402: TrackoriginError;
      404: TrackoriginError;
      429: TrackoriginError;
      default: TrackoriginError;
    };
  };

  /** Certificates of an artist, newest first */
  'GET /api/v1/artists/{handle}/certificates': {
    path: { handle: string };
    query?: {
      /** 1 to 100, 25 when left out */
      limit?: string;
      /** `next_cursor` of the page before */
      cursor?: string;
    };
    answers: {
      200: {
        certificates: Array<{
          cert_id: string;
          version: number;
          verdict: string;
          revoked: boolean;
          issued_at: string;
          standard: string;
          master: { sha256: string };
          artist: { id: string; handle: string; display_name: string };
          track: { id: string; title: string };
          public_url: string;
        }>;
        next_cursor: string | null;
      };
      400: TrackoriginError;
      401: TrackoriginError;
      402: TrackoriginError;
      404: TrackoriginError;
      429: TrackoriginError;
      default: TrackoriginError;
    };
  };

  /** What happened to certificates since */
  'GET /api/v1/certificates/changes': {
    query?: {
      /** Events with a larger number; from 0. */
      since_sequence?: string;
      /** Events from this moment on, ISO 8601 with a time zone. */
      since?: string;
    };
    answers: {
      200: {
        /** The head: nothing up to this number is missing. Never goes back. With `has_more`, the last event here. */
        sequence: number;
        generated_at: string;
        has_more: boolean;
        events: Array<{
          /** Number of the event in the public log. */
          sequence: number;
          type: 'cert.issued' | 'cert.revoked';
          cert_id: string;
          at: string;
          reason: string | null;
        }>;
      };
      400: TrackoriginError;
      401: TrackoriginError;
      402: TrackoriginError;
      429: TrackoriginError;
      default: TrackoriginError;
    };
  };

  /** Whether several certificates hold */
  'GET /api/v1/certificates/status': {
    query: {
      /** Up to 100 certificate ids, with commas between them. */
      ids: string;
    };
    answers: {
      200: {
        /** By id; null for one that is not there. */
        results: { [name: string]: unknown };
      };
      400: TrackoriginError;
      429: TrackoriginError;
      default: TrackoriginError;
    };
  };

  /** A certificate with its signed manifest */
  'GET /api/v1/certificates/{cert_id}': {
    path: { cert_id: string };
    answers: {
      200: TrackoriginCertificate;
      304: null;
      400: TrackoriginError;
      404: TrackoriginError;
      429: TrackoriginError;
      default: TrackoriginError;
    };
  };

  /** Everything that is needed to check a certificate without this server */
  'GET /api/v1/certificates/{cert_id}/document': {
    path: { cert_id: string };
    answers: {
      200: { format: 'touchmark/certificate/1'; [name: string]: unknown };
      400: TrackoriginError;
      404: TrackoriginError;
      429: TrackoriginError;
      default: TrackoriginError;
    };
  };

  /** Whether a certificate holds */
  'GET /api/v1/certificates/{cert_id}/status': {
    path: { cert_id: string };
    query?: {
      /** `true`: read from the database now, and kept by no cache. */
      no_cache?: 'true' | 'false';
    };
    answers: {
      200: TrackoriginStatus;
      304: null;
      400: TrackoriginError;
      404: TrackoriginError;
      429: TrackoriginError;
      default: TrackoriginError;
    };
  };

  /** All versions of a work, oldest first */
  'GET /api/v1/chain/{work_id}': {
    path: { work_id: string };
    answers: {
      200: { work_id: string; versions: Array<OrigimarkEntry> };
      400: OrigimarkError;
      401: OrigimarkError;
      404: OrigimarkError;
      429: OrigimarkError;
      500: OrigimarkError;
      default: OrigimarkError;
    };
  };

  /** Whose secret key this is */
  'GET /api/v1/me': {
    answers: {
      200: {
        account_id: string;
        handle: string | null;
        display_name: string;
        key: {
          id: string;
          type: 'secret';
          mode: 'live' | 'test';
          prefix: string;
          name: string | null;
          created_at: string;
        };
      };
      401: TrackoriginError;
      402: TrackoriginError;
      403: TrackoriginError;
      429: TrackoriginError;
      default: TrackoriginError;
    };
  };

  /** Calls made this month with live keys of the account, and what is left */
  'GET /api/v1/me/api-usage': {
    answers: {
      200: {
        month: string;
        free_quota: number;
        free_used: number;
        free_remaining: number;
        paid_calls: number;

        /** Calls made of the block that the last credit paid for; 0 when it is used up. */
        paid_pending_to_next_credit: number;
        calls_per_credit: number;
        credits_balance: number;
        estimated_calls_remaining: number;
      };
      401: TrackoriginError;
      default: TrackoriginError;
    };
  };

  /** One’s own certificates with nothing redacted, newest first */
  'GET /api/v1/me/certs': {
    query?: {
      page?: number;
      page_size?: number;
      /** The next_cursor of the page before; pages reach to the 10000th item only. */
      cursor?: string;
    };
    answers: {
      200: {
        items: Array<OrigimarkEntry>;
        page: number;
        page_size: number;
        total: number;

        /** False when there are more than were counted. */
        total_is_exact: boolean;

        /** Null on the last page. */
        next_cursor: string | null;
      };
      400: OrigimarkError;
      401: OrigimarkError;
      429: OrigimarkError;
      500: OrigimarkError;
      default: OrigimarkError;
    };
  };

  /** Webhooks of the account, oldest first */
  'GET /api/v1/me/webhooks': {
    answers: {
      200: { webhooks: Array<Webhook> };
      401: TrackoriginError;
      403: TrackoriginError;
      429: TrackoriginError;
      default: TrackoriginError;
    };
  };

  /** Events after a sequence number, in order: what receivers were told, or missed */
  'GET /api/v1/me/webhooks/events': {
    query?: { after?: number; limit?: number };
    answers: {
      200: { events: Array<{ [name: string]: unknown }>; next_after: number; head: number };
      400: TrackoriginError;
      401: TrackoriginError;
      403: TrackoriginError;
      429: TrackoriginError;
      default: TrackoriginError;
    };
  };

  /** One webhook */
  'GET /api/v1/me/webhooks/{id}': {
    path: { id: string };
    answers: {
      200: Webhook;
      401: TrackoriginError;
      403: TrackoriginError;
      404: TrackoriginError;
      429: TrackoriginError;
      default: TrackoriginError;
    };
  };

  /** The delivery log, newest first; a line is one attempt */
  'GET /api/v1/me/webhooks/{id}/deliveries': {
    path: { id: string };
    query?: { limit?: number; before?: string; status?: string };
    answers: {
      200: { deliveries: Array<WebhookDelivery>; next_before: string | null };
      400: TrackoriginError;
      401: TrackoriginError;
      403: TrackoriginError;
      404: TrackoriginError;
      429: TrackoriginError;
      default: TrackoriginError;
    };
  };

  /** This document */
  'GET /api/v1/openapi.json': { answers: { 200: { [name: string]: unknown }; default: ServerError } };

  /** The public registry, in the order in which certificates came in */
  'GET /api/v1/registry': {
    query?: {
      page?: number;
      page_size?: number;
      /** The next_cursor of the page before; pages reach to the 10000th item only. */
      cursor?: string;
      order?: 'oldest' | 'newest';
      work_type?:
        | 'text'
        | 'photograph'
        | 'audio'
        | 'video'
        | 'code'
        | 'blueprint'
        | '3d'
        | 'dataset'
        | 'ai_prompt'
        | 'composite'
        | 'other';
      /** What words of the author’s name start with, whatever case and accents. */
      q?: string;
      /** First day in the registry, UTC. */
      date_from?: string;
      /** Last day in the registry, UTC. */
      date_to?: string;
    };
    answers: {
      200: {
        items: Array<{
          cert_id: string;
          work_id: string;
          version: number;
          status: 'active' | 'revoked';

          /** SHA-256 of the work, 64 hexadecimal characters. */
          hash: string;

          /** Null when it is redacted. */
          title: string | null;

          /** Null when the author is redacted. */
          author_first_name: string | null;
          author_last_name: string | null;
          author_country: string | null;
          work_type:
            | 'text'
            | 'photograph'
            | 'audio'
            | 'video'
            | 'code'
            | 'blueprint'
            | '3d'
            | 'dataset'
            | 'ai_prompt'
            | 'composite'
            | 'other';
          source_language: string | null;
          creation_date: string | null;
          privacy_level: 'public' | 'anonymous' | 'private';
          ownership_type: 'sole' | 'joint' | 'work_for_hire' | 'licensed' | 'other';
          issued_at: string;
          revoked_at: string | null;
          revocation_reason: string | null;
          pdf_url: string;
          badge_url: string;
          qr_url: string;
          verify_url: string;

          /** What date_from and date_to are compared with. */
          registered_at: string;
        }>;
        page: number;
        page_size: number;
        total: number;

        /** False when there are more than were counted. */
        total_is_exact: boolean;

        /** Null on the last page. */
        next_cursor: string | null;
      };
      400: OrigimarkError;
      401: OrigimarkError;
      429: OrigimarkError;
      500: OrigimarkError;
      default: OrigimarkError;
    };
  };

  /** End messages about a work, with the link that its author has in a mail */
  'GET /api/v1/relay/block': {
    query?: { token?: string };
    answers: { 200: string; 404: OrigimarkError; 429: OrigimarkError; 500: OrigimarkError; default: OrigimarkError };
  };

  /** A submission of the account, and what was decided */
  'GET /api/v1/submissions/{id}': {
    path: { id: string };
    answers: {
      200: Submission;
      401: TrackoriginError;
      402: TrackoriginError;
      403: TrackoriginError;
      404: TrackoriginError;
      429: TrackoriginError;
      default: TrackoriginError;
    };
  };

  /** The account’s timestamps, newest first */
  'GET /api/v1/timestamps': {
    query?: {
      status?: 'all' | 'confirmed' | 'pending' | 'failed';
      /** The next_cursor of the previous page. */
      before?: string;
      /** Capped at 50. */
      limit?: number;
    };
    answers: {
      200: {
        data: Array<ProofdTimestamp>;

        /** Of the status asked for, on all pages. */
        total_count: number;

        /** Null on the last page. */
        next_cursor: string | null;
      };
      400: ProofdError;
      401: ProofdError;
      403: ProofdError;
      429: ProofdError;
      default: ProofdError;
    };
  };

  /** One timestamp of the account */
  'GET /api/v1/timestamps/{id}': {
    path: { id: string };
    answers: {
      200: ProofdTimestamp;
      400: ProofdError;
      401: ProofdError;
      403: ProofdError;
      404: ProofdError;
      429: ProofdError;
      default: ProofdError;
    };
  };

  /** The OpenTimestamps proof of a timestamp, with the branches of every calendar */
  'GET /api/v1/timestamps/{id}/ots': {
    path: { id: string };
    answers: {
      200: Uint8Array<ArrayBuffer>;
      400: ProofdError;
      401: ProofdError;
      403: ProofdError;
      404: ProofdError;
      429: ProofdError;
      default: ProofdError;
    };
  };

  /** The one active certificate of a recording */
  'GET /api/v1/tracks/by-sha256/{sha256_hex}': {
    path: {
      /** 64 hexadecimal characters of either case */
      sha256_hex: string;
    };
    answers: {
      200: TrackoriginCertificate;
      304: null;
      400: TrackoriginError;
      404: TrackoriginError;
      409: TrackoriginError;
      429: TrackoriginError;
      default: TrackoriginError;
    };
  };

  /** A certificate as everybody may see it, with what proves it */
  'GET /api/v1/verify/{cert_id}': {
    path: { cert_id: string };
    answers: {
      200: OrigimarkCertificate;
      400: OrigimarkError;
      401: OrigimarkError;
      404: OrigimarkError;
      429: OrigimarkError;
      500: OrigimarkError;
      default: OrigimarkError;
    };
  };

  /** Webhooks of the account, oldest first */
  'GET /api/v1/webhooks': {
    answers: {
      200: { webhooks: Array<Webhook> };
      401: OrigimarkError;
      403: OrigimarkError;
      429: OrigimarkError;
      default: OrigimarkError;
    };
  };

  /** Events after a sequence number, in order: what receivers were told, or missed */
  'GET /api/v1/webhooks/events': {
    query?: { after?: number; limit?: number };
    answers: {
      200: { events: Array<{ [name: string]: unknown }>; next_after: number; head: number };
      400: OrigimarkError;
      401: OrigimarkError;
      403: OrigimarkError;
      429: OrigimarkError;
      default: OrigimarkError;
    };
  };

  /** One webhook */
  'GET /api/v1/webhooks/{id}': {
    path: { id: string };
    answers: {
      200: Webhook;
      401: OrigimarkError;
      403: OrigimarkError;
      404: OrigimarkError;
      429: OrigimarkError;
      default: OrigimarkError;
    };
  };

  /** The delivery log, newest first; a line is one attempt */
  'GET /api/v1/webhooks/{id}/deliveries': {
    path: { id: string };
    query?: { limit?: number; before?: string; status?: string };
    answers: {
      200: { deliveries: Array<WebhookDelivery>; next_before: string | null };
      400: OrigimarkError;
      401: OrigimarkError;
      403: OrigimarkError;
      404: OrigimarkError;
      429: OrigimarkError;
      default: OrigimarkError;
    };
  };

  /** The same as the receipt, from a fresh read and check of every proof */
  'GET /api/verify/{receipt_id}': {
    path: { receipt_id: string };
    answers: { 200: OrphographReceipt; 400: OrphographError; 404: OrphographError; default: OrphographError };
  };

  /** The header of a Bitcoin block, as this server knows the chain */
  'GET /bitcoin/headers/{height}': {
    path: { height: string };
    answers: {
      200: {
        network: string;
        height: number;

        /** The 80 bytes of the block header in hex. */
        header: string;
        tip_height: number;
      };
      400: ServerError;
      404: ServerError;
      429: ServerError;
      503: ServerError;
      default: ServerError;
    };
  };

  /** The state of a certificate as a picture */
  'GET /cert/{id}/badge.svg': {
    path: { id: string };
    query?: { theme?: 'light' | 'dark' | 'auto' };
    answers: { 200: string; 404: string; default: ServerError };
  };

  /** A certificate as a page to print, with its proofs attached */
  'GET /cert/{id}/certificate.pdf': {
    path: { id: string };
    query?: { size?: 'a4' | 'letter' };
    answers: { 200: Uint8Array<ArrayBuffer>; default: ServerError };
  };

  /** All that proves a certificate, to be checked without this server: docs/formats/bundle.md */
  'GET /cert/{id}/proof-bundle.zip': {
    path: { id: string };
    answers: { 200: Uint8Array<ArrayBuffer>; default: ServerError };
  };

  /** The same in pixels */
  'GET /cert/{id}/qr.png': { path: { id: string }; answers: { 200: Uint8Array<ArrayBuffer>; default: ServerError } };

  /** The address of a certificate's page, for a camera */
  'GET /cert/{id}/qr.svg': { path: { id: string }; answers: { 200: string; default: ServerError } };

  /** The newest signed checkpoint */
  'GET /log/checkpoint': { answers: { 200: string } };

  /** The proof that an event is in the log */
  'GET /log/proof/{sequence}': {
    path: { sequence: string };
    answers: { 200: string; 400: string; 404: string; 503: string };
  };

  /** A tile of the tree */
  'GET /log/tile/{level}/{index}': {
    path: { level: string; index: string };
    answers: { 200: Uint8Array<ArrayBuffer>; 404: string };
  };

  /** The keys that sign checkpoints */
  'GET /log/vkey': { answers: { 200: string } };

  /** The synthetic recording */
  'GET /sandbox/synthetic.flac': { answers: { 200: Uint8Array<ArrayBuffer> } };

  /** The synthetic recording */
  'GET /sandbox/synthetic.wav': { answers: { 200: Uint8Array<ArrayBuffer> } };

  /** The certificates that tokens are checked with */
  'GET /tsa/chain.pem': { answers: { 200: string } };

  /** Name a key */
  'PATCH /api/account/keys/{id}': {
    path: { id: string };
    body: { name: string | null };
    answers: {
      200: AccountKey;
      400: AccountKeysError;
      401: AccountKeysError;
      403: AccountKeysError;
      404: AccountKeysError;
      default: AccountKeysError;
    };
  };

  /** Make one’s own work more private, or erase its author; all its versions are shown alike */
  'PATCH /api/v1/certs/{cert_id}': {
    path: { cert_id: string };
    body: { privacy_level?: 'public' | 'anonymous' | 'private'; erase_author?: boolean };
    answers: {
      200: OrigimarkCertificate;
      400: OrigimarkError;
      401: OrigimarkError;
      403: OrigimarkError;
      404: OrigimarkError;
      413: OrigimarkError;
      415: OrigimarkError;
      429: OrigimarkError;
      500: OrigimarkError;
      default: OrigimarkError;
    };
  };

  /** Change, disable or enable a webhook; what happens while it is disabled is not sent to it */
  'PATCH /api/v1/me/webhooks/{id}': {
    path: { id: string };
    body: {
      url?: string;
      events?: Array<'cert.issued' | 'cert.revoked' | 'cert.updated'>;
      description?: string | null;
      ordered?: boolean;
      enabled?: boolean;
    };
    answers: {
      200: Webhook;
      400: TrackoriginError;
      401: TrackoriginError;
      403: TrackoriginError;
      404: TrackoriginError;
      413: TrackoriginError;
      415: TrackoriginError;
      429: TrackoriginError;
      default: TrackoriginError;
    };
  };

  /** Change, disable or enable a webhook; what happens while it is disabled is not sent to it */
  'PATCH /api/v1/webhooks/{id}': {
    path: { id: string };
    body: {
      url?: string;
      events?: Array<'cert.created' | 'version.added' | 'cert.verified' | 'relay.message'>;
      description?: string | null;
      ordered?: boolean;
      enabled?: boolean;
    };
    answers: {
      200: Webhook;
      400: OrigimarkError;
      401: OrigimarkError;
      403: OrigimarkError;
      404: OrigimarkError;
      413: OrigimarkError;
      415: OrigimarkError;
      429: OrigimarkError;
      default: OrigimarkError;
    };
  };

  /** Make a key; its secret is shown in this answer and never again */
  'POST /api/account/keys': {
    body: {
      kind:
        | 'trackorigin-publishable-live'
        | 'trackorigin-secret-live'
        | 'trackorigin-publishable-test'
        | 'trackorigin-secret-test'
        | 'origimark'
        | 'orphograph'
        | 'proofd'
        | 'orphograph-pack';
      name?: string | null;
      scopes?: Array<'read' | 'write'> | null;
      expires_at?: string | null;
    };
    answers: {
      201: NewAccountKey;
      400: AccountKeysError;
      401: AccountKeysError;
      402: AccountKeysError;
      403: AccountKeysError;
      404: AccountKeysError;
      409: AccountKeysError;
      429: AccountKeysError;
      default: AccountKeysError;
    };
  };

  /** Replace a key by a new one of the same kind, name, scopes and expiry */
  'POST /api/account/keys/{id}/rotate': {
    path: { id: string };
    body: { grace_seconds?: number };
    answers: {
      201: NewAccountKey;
      400: AccountKeysError;
      401: AccountKeysError;
      403: AccountKeysError;
      404: AccountKeysError;
      409: AccountKeysError;
      429: AccountKeysError;
      default: AccountKeysError;
    };
  };

  /** Put a track before the reviewers */
  'POST /api/account/submissions': {
    headers?: { 'idempotency-key'?: string };
    body: {
      /** 1 to 200 characters */
      title: string;

      /** Of the bytes of the master: 64 hexadecimal characters. */
      sha256: string;
      duration_ms: number;

      /** Base64 of raw Chromaprint items, packed as little-endian uint32. */
      fingerprint?: string | null;

      /** A second, independent one. */
      fingerprint2?: string | null;

      /** One the account represents: `id`, or `handle` with a profile. Left out: the account itself. */
      artist?: {
        id?: string | null;
        handle?: string | null;
        display_name?: string | null;
        bio?: string | null;
        location?: string | null;
        avatar_url?: string | null;
      } | null;
      metadata?: {
        isrc?: string;

        /** 12 to 14 digits */
        upc?: string;
        release?: string;

        /** YYYY-MM-DD */
        release_date?: string;
        label?: string;
        genre?: string;

        /** ISO 639-1 */
        language?: string;

        /** At most 50. */
        contributors?: Array<{
          name: string;
          role: 'composer' | 'lyricist' | 'performer' | 'producer' | 'engineer' | 'other';
        }>;
      };
      declarations: {
        human_composition: boolean;
        human_performance: boolean;

        /** The submitter may speak for whoever holds the rights. */
        rights_held: boolean;
        ai_use: 'none' | 'assistive' | 'generative';
      };
    };
    answers: {
      201: Submission;
      400: TrackoriginError;
      401: TrackoriginError;
      403: TrackoriginError;
      409: TrackoriginError;
      422: TrackoriginError;
      default: TrackoriginError;
    };
  };

  /** Timestamp the SHA-256 hash of a file, with any plan */
  'POST /api/account/timestamps': {
    body: { sha256_hash: string; filename: string; file_size_bytes: number; file_type?: string };
    answers: {
      201: ProofdTimestamp;
      400: ProofdError;
      401: ProofdError;
      402: ProofdError;
      403: ProofdError;
      409: ProofdError;
      413: ProofdError;
      415: ProofdError;
      429: ProofdError;
      502: ProofdError;
      default: ProofdError;
    };
  };

  /** Anchor one SHA-256 digest */
  'POST /api/anchor': {
    body: {
      /** SHA-256 of the file, lower case. */
      hash_hex: string;

      /** SHA-512 of the same file, lower case. */
      sha512_hex?: string | null;

      /** A file name or short note. It is stored and shown to whoever has the receipt id. */
      client_label?: string | null;

      /** With a pack token: the address that the receipt is sent to. Else it is ignored. */
      notify_email?: unknown;
    };
    answers: {
      200: {
        receipt_id: string;
        created_at: string;
        hash_hex: string;
        sha512_hex: string | null;
        client_label: string | null;
        calendars_ok: number;
        calendars_total: number;
        low_redundancy: boolean;
        pack_consumed: boolean;
        pack_remaining: number;
        subscription_active: boolean;
        successes: Array<{ calendar: string; ots_path: string }>;
        failures: Array<{ calendar: string; error: string }>;
      };
      400: OrphographError;
      413: OrphographError;
      415: OrphographError;
      429: OrphographRateLimited;
      503: OrphographError;
      default: OrphographError;
    };
  };

  /** Anchor up to 50 SHA-256 digests */
  'POST /api/anchor/batch': {
    body: { hashes: Array<unknown> };
    answers: {
      200: {
        ok: boolean;
        submitted: number;
        succeeded: number;
        failed: number;
        results: Array<{
          index: number;
          ok: boolean;
          receipt_id?: string;
          created_at?: string;
          calendars_ok?: number;
          calendars_total?: number;
          low_redundancy?: boolean;
          client_label?: string | null;
          error?: string;
          message?: string;
        }>;
      };
      400: OrphographError;
      413: OrphographError;
      415: OrphographError;
      429: OrphographRateLimited;
      503: OrphographError;
      default: OrphographError;
    };
  };

  /** Ask for a change of address: the present one allows it by mail, then the new one confirms it */
  'POST /api/auth/change-email': {
    body: {
      newEmail: string;

      /** A page of this server to go on to, as a path or an address. */
      callbackURL?: string;
    };
    answers: {
      200: { [name: string]: unknown };
      400: AccountError;
      401: AccountError;
      413: AccountError;
      415: AccountError;
      429: AccountError;
      default: AccountError;
    };
  };

  /** Set a new password, knowing the present one */
  'POST /api/auth/change-password': {
    body: { currentPassword: string; newPassword: string; revokeOtherSessions?: boolean };
    answers: {
      200: { [name: string]: unknown };
      400: AccountError;
      401: AccountError;
      413: AccountError;
      415: AccountError;
      429: AccountError;
      default: AccountError;
    };
  };

  /** Delete the account; with the password, or within a day of signing in */
  'POST /api/auth/delete-user': {
    body: { password?: string };
    answers: {
      200: { success: boolean; message?: string };
      400: AccountError;
      401: AccountError;
      413: AccountError;
      415: AccountError;
      429: AccountError;
      default: AccountError;
    };
  };

  /** Mail a link to set a new password */
  'POST /api/auth/request-password-reset': {
    body: {
      email: string;

      /** A page of this server to go on to, as a path or an address. */
      redirectTo?: string;
    };
    answers: {
      200: { [name: string]: unknown };
      400: AccountError;
      413: AccountError;
      415: AccountError;
      429: AccountError;
      default: AccountError;
    };
  };

  /** Set a new password with the token that was mailed; all sessions end */
  'POST /api/auth/reset-password': {
    body: { newPassword: string; token: string };
    answers: {
      200: { status: boolean };
      400: AccountError;
      413: AccountError;
      415: AccountError;
      429: AccountError;
      default: AccountError;
    };
  };

  /** End all sessions of the account but this one */
  'POST /api/auth/revoke-other-sessions': {
    answers: { 200: { status: boolean }; 401: AccountError; default: AccountError };
  };

  /** End one session of the account */
  'POST /api/auth/revoke-session': {
    body: { token: string };
    answers: {
      200: { status: boolean };
      400: AccountError;
      401: AccountError;
      413: AccountError;
      415: AccountError;
      default: AccountError;
    };
  };

  /** End all sessions of the account */
  'POST /api/auth/revoke-sessions': { answers: { 200: { status: boolean }; 401: AccountError; default: AccountError } };

  /** Mail the link that confirms an address once more */
  'POST /api/auth/send-verification-email': {
    body: {
      email: string;

      /** A page of this server to go on to, as a path or an address. */
      callbackURL?: string;
    };
    answers: {
      200: { status: boolean };
      400: AccountError;
      413: AccountError;
      415: AccountError;
      429: AccountError;
      default: AccountError;
    };
  };

  /** Sign in; the answer sets the session cookie, and `set-auth-token` is the session bearer */
  'POST /api/auth/sign-in/email': {
    body: {
      email: string;
      password: string;

      /** A page of this server to go on to, as a path or an address. */
      callbackURL?: string;

      /** false: the session ends with the browser. */
      rememberMe?: boolean;
    };
    answers: {
      200: {
        redirect?: boolean;

        /** Where to go on to. */
        url?: string | null;

        /** The session bearer; null when the address has to be confirmed first. */
        token: string | null;
        user: AccountUser;
      };
      400: AccountError;
      413: AccountError;
      415: AccountError;
      429: AccountError;
      default: AccountError;
    };
  };

  /** End this session */
  'POST /api/auth/sign-out': { answers: { 200: { success: boolean; message?: string }; default: AccountError } };

  /** Make an account; a mail asks to confirm the address */
  'POST /api/auth/sign-up/email': {
    body: {
      /** The display name. */
      name: string;
      email: string;
      password: string;
      image?: string;

      /** A page of this server to go on to, as a path or an address. */
      callbackURL?: string;

      /** false: the session ends with the browser. */
      rememberMe?: boolean;
    };
    answers: {
      200: {
        redirect?: boolean;

        /** Where to go on to. */
        url?: string | null;

        /** The session bearer; null when the address has to be confirmed first. */
        token: string | null;
        user: AccountUser;
      };
      400: AccountError;
      413: AccountError;
      415: AccountError;
      429: AccountError;
      default: AccountError;
    };
  };

  /** Set display name or picture */
  'POST /api/auth/update-user': {
    body: {
      /** The display name. */
      name?: string;
      image?: string | null;
    };
    answers: {
      200: { [name: string]: unknown };
      400: AccountError;
      401: AccountError;
      413: AccountError;
      415: AccountError;
      default: AccountError;
    };
  };

  /** Order a pack, to be paid in Bitcoin within an hour */
  'POST /api/btc-order': {
    body: {
      /** Its name; without it, the first pack there is. */
      pack?: string;
    };
    answers: {
      201: BitcoinOrder;
      400: OrphographError;
      401: OrphographError;
      403: OrphographError;
      429: OrphographError;
      503: OrphographError;
      default: OrphographError;
    };
  };

  /** Hide a receipt of your own from everyone else, or show it again */
  'POST /api/me/receipt/{receipt_id}/privacy': {
    path: { receipt_id: string };
    body: { private: boolean };
    answers: {
      200: { ok: true; receipt_id: string; private: boolean };
      400: OrphographError;
      401: OrphographError;
      402: OrphographError;
      404: OrphographError;
      default: OrphographError;
    };
  };

  /** Revoke a certificate; there is no way back */
  'POST /api/operator/certificates/{id}/revoke': {
    path: { id: string };
    body: {
      code:
        | 'false_declaration'
        | 'not_human_made'
        | 'rights_dispute'
        | 'owner_request'
        | 'issued_in_error'
        | 'key_compromise'
        | 'sandbox';

      /** 1 to 1,000 characters, for the audit log */
      reason: string;

      /** ISO-8601 UTC, not before the issue and not to come; now when left out */
      effective_at?: string;
    };
    answers: {
      200: RegisteredCertificate;
      400: OperatorError;
      401: OperatorError;
      403: OperatorError;
      404: OperatorError;
      409: OperatorError;
      503: OperatorError;
      default: OperatorError;
    };
  };

  /** Correct a title or the artist’s name: the next version under the same id */
  'POST /api/operator/certificates/{id}/update': {
    path: { id: string };
    body: {
      title?: string;
      artist_display_name?: string;

      /** 1 to 1,000 characters, for the audit log */
      reason: string;
    };
    answers: {
      200: RegisteredCertificate;
      400: OperatorError;
      401: OperatorError;
      403: OperatorError;
      404: OperatorError;
      409: OperatorError;
      503: OperatorError;
      default: OperatorError;
    };
  };

  /** Accept a signed policy; it is in force from now on */
  'POST /api/operator/policies': {
    body: {
      policy: { [name: string]: unknown };
      cohort?: { [name: string]: unknown };

      /** 1 to 1,000 characters, for the audit log */
      reason: string;
    };
    answers: {
      201: {
        id: string;
        state: 'in_force' | 'accepted' | 'withdrawn';
        accepted_at: string;
        accepted_by: string;
        withdrawn_at: string | null;

        /** Ed25519 key, base64 */
        signed_by: string;
        date: string;
        corpus: { description: string; recordings: number; releases: number };
        held_out: { impostors: number; false_matches: number; genuine: number; false_non_matches: number };
      };
      400: OperatorError;
      401: OperatorError;
      403: OperatorError;
      422: OperatorError;
      default: OperatorError;
    };
  };

  /** Withdraw a policy: what was accepted before it is in force again, or nothing */
  'POST /api/operator/policies/{id}/withdraw': {
    path: { id: string };
    body: { reason: string };
    answers: {
      200: {
        policies: Array<{
          id: string;
          state: 'in_force' | 'accepted' | 'withdrawn';
          accepted_at: string;
          accepted_by: string;
          withdrawn_at: string | null;

          /** Ed25519 key, base64 */
          signed_by: string;
          date: string;
          corpus: { description: string; recordings: number; releases: number };
          held_out: { impostors: number; false_matches: number; genuine: number; false_non_matches: number };
        }>;
      };
      400: OperatorError;
      401: OperatorError;
      403: OperatorError;
      404: OperatorError;
      default: OperatorError;
    };
  };

  /** Decide, once: a verified one gets its certificate with this answer */
  'POST /api/operator/submissions/{id}/decision': {
    path: { id: string };
    body: {
      verdict: 'verified' | 'rejected';

      /** 1 to 1,000 characters; the submitter reads it */
      reason: string;

      /** A match of its audio needs both fingerprints. */
      high_risk?: boolean;

      /** Also when the recording has an active certificate. */
      allow_duplicate?: boolean;
    };
    answers: {
      200: QueuedSubmission;
      400: OperatorError;
      401: OperatorError;
      403: OperatorError;
      404: OperatorError;
      409: OperatorError;
      503: OperatorError;
      default: OperatorError;
    };
  };

  /** Which active certificates audio may belong to */
  'POST /api/v1/audio/search': {
    body: {
      /** Raw Chromaprint items of the artifact (fpcalc -raw), packed as little-endian uint32, in base64. */
      fingerprint: string;

      /** The band print; needed where the certificate asks for it. */
      fingerprint2?: string;
      duration_ms?: number;

      /** `chromaprint`; nothing else is understood. */
      algorithm?: string;
    };
    answers: {
      200: {
        leads: {
          /** The whole of it matches. */
          exact: Array<{
            cert_id: string;
            band: 'exact' | 'strong' | 'probable' | 'inconclusive' | 'no_match';

            /** Two decimals. */
            score: number;

            /** Where in the master the probe begins. */
            offset_seconds: number;
            shared_hashes: number;
            public_url: string;

            /** Who made the certificate’s prints: the server only those of `cer_test_synthetic`, which it composes. */
            master_evidence: 'client_asserted' | 'server_extracted';
          }>;

          /** A part of it matches, or less closely. */
          similar: Array<{
            cert_id: string;
            band: 'exact' | 'strong' | 'probable' | 'inconclusive' | 'no_match';

            /** Two decimals. */
            score: number;

            /** Where in the master the probe begins. */
            offset_seconds: number;
            shared_hashes: number;
            public_url: string;

            /** Who made the certificate’s prints: the server only those of `cer_test_synthetic`, which it composes. */
            master_evidence: 'client_asserted' | 'server_extracted';
          }>;
        };

        /** What it was judged by; null while none is accepted. */
        verification_policy_id: string | null;
        policy_accepted: boolean;

        /** The prints are the caller’s word: the server has heard nothing. */
        evidence: 'client_asserted';
      };
      400: TrackoriginError;
      401: TrackoriginError;
      402: TrackoriginError;
      422: TrackoriginError;
      429: TrackoriginError;
      default: TrackoriginError;
    };
  };

  /** Several certificates at once */
  'POST /api/v1/certificates/bulk': {
    body: { cert_ids: Array<string> };
    answers: {
      200: {
        /** By id; null for one that is not there. */
        results: { [name: string]: unknown };
        found: number;

        /** How many different ids were asked for. */
        requested: number;
      };
      400: TrackoriginError;
      401: TrackoriginError;
      402: TrackoriginError;
      429: TrackoriginError;
      default: TrackoriginError;
    };
  };

  /** Whether an artifact is the recording of a certificate */
  'POST /api/v1/certificates/{cert_id}/verify-audio': {
    path: { cert_id: string };
    body: {
      /** Raw Chromaprint items of the artifact (fpcalc -raw), packed as little-endian uint32, in base64. */
      fingerprint: string;

      /** The band print; needed where the certificate asks for it. */
      fingerprint2?: string;
      duration_ms?: number;

      /** `chromaprint`; nothing else is understood. */
      algorithm?: string;
    };
    answers: {
      200: {
        cert_id: string;
        matched: boolean;
        cert_status: 'active' | 'revoked';
        cert_version: number;
        cert_status_checked_at: string;
        algorithm: 'chromaprint';
        algorithm_version: 1;

        /** What it was judged by; null while none is accepted. */
        verification_policy_id: string | null;
        policy_accepted: boolean;
        requires_dual_fingerprint: boolean;
        confidence: 'none' | 'low' | 'medium' | 'high' | 'uncalibrated';

        /** With a key only; four decimals. */
        score?: number;
        checked_at: string;

        /** The prints are the caller’s word: the server has heard nothing. */
        evidence: 'client_asserted';

        /** Who made the certificate’s prints: the server only those of `cer_test_synthetic`, which it composes. */
        master_evidence: 'client_asserted' | 'server_extracted';
        band?: 'exact' | 'strong' | 'probable' | 'inconclusive' | 'no_match';
        reason?: string;

        /** To keep beside a binding; signed. With a key only. */
        receipt?: { [name: string]: unknown };
      };
      400: TrackoriginError;
      404: TrackoriginError;
      422: TrackoriginError;
      429: TrackoriginError;
      default: TrackoriginError;
    };
  };

  /** Certify a work, or the next version of one’s own work */
  'POST /api/v1/certify': {
    body: {
      /** SHA-256 of the work, 64 hexadecimal characters. */
      hash: string;
      title: string;
      author_first_name: string;
      author_last_name: string;

      /** ISO 3166-1 alpha-2. */
      author_country?: string | null;
      work_type:
        | 'text'
        | 'photograph'
        | 'audio'
        | 'video'
        | 'code'
        | 'blueprint'
        | '3d'
        | 'dataset'
        | 'ai_prompt'
        | 'composite'
        | 'other';

      /** ISO 639-1. */
      source_language?: string | null;

      /** YYYY-MM-DD, not after today in UTC. */
      creation_date?: string | null;
      privacy_level: 'public' | 'anonymous' | 'private';
      ownership_type: 'sole' | 'joint' | 'work_for_hire' | 'licensed' | 'other';

      /** The work of which this is the next version; left out for a new work. */
      work_id?: string | null;
    };
    answers: {
      201: OrigimarkIssued;
      400: OrigimarkError;
      401: OrigimarkError;
      403: OrigimarkError;
      404: OrigimarkError;
      409: OrigimarkError;
      413: OrigimarkError;
      415: OrigimarkError;
      429: OrigimarkError;
      500: OrigimarkError;
      503: OrigimarkError;
      default: OrigimarkError;
    };
  };

  /** Revoke one’s own certificate; again changes nothing */
  'POST /api/v1/certs/{cert_id}/revoke': {
    path: { cert_id: string };
    answers: {
      200: OrigimarkCertificate;
      400: OrigimarkError;
      401: OrigimarkError;
      403: OrigimarkError;
      404: OrigimarkError;
      429: OrigimarkError;
      500: OrigimarkError;
      503: OrigimarkError;
      default: OrigimarkError;
    };
  };

  /** Subscribe to events; the secret is shown in this answer and never again */
  'POST /api/v1/me/webhooks': {
    body: {
      url: string;
      events: Array<'cert.issued' | 'cert.revoked' | 'cert.updated'>;
      description?: string | null;
      ordered?: boolean;

      /** `test`: told of the account’s sandbox only. A key has webhooks of its own mode, a session of both, live when left out. */
      mode?: 'live' | 'test';
    };
    answers: {
      201: NewWebhook;
      400: TrackoriginError;
      401: TrackoriginError;
      403: TrackoriginError;
      409: TrackoriginError;
      413: TrackoriginError;
      415: TrackoriginError;
      429: TrackoriginError;
      default: TrackoriginError;
    };
  };

  /** Send the event of a delivery once more */
  'POST /api/v1/me/webhooks/deliveries/{id}/replay': {
    path: { id: string };
    answers: {
      202: {
        /** Events that are sent once more. */
        queued: number;
      };
      401: TrackoriginError;
      403: TrackoriginError;
      404: TrackoriginError;
      409: TrackoriginError;
      429: TrackoriginError;
      default: TrackoriginError;
    };
  };

  /** Send the events of a range once more, or those since a time that were not delivered */
  'POST /api/v1/me/webhooks/{id}/replay': {
    path: { id: string };
    body: { from_sequence?: number; to_sequence?: number; failed_since?: string };
    answers: {
      202: {
        /** Events that are sent once more. */
        queued: number;
      };
      400: TrackoriginError;
      401: TrackoriginError;
      403: TrackoriginError;
      404: TrackoriginError;
      409: TrackoriginError;
      413: TrackoriginError;
      415: TrackoriginError;
      429: TrackoriginError;
      default: TrackoriginError;
    };
  };

  /** Make a new secret; those before it sign besides until the overlap ends */
  'POST /api/v1/me/webhooks/{id}/rotate': {
    path: { id: string };
    body: { overlap_seconds?: number };
    answers: {
      200: NewWebhook;
      400: TrackoriginError;
      401: TrackoriginError;
      403: TrackoriginError;
      404: TrackoriginError;
      409: TrackoriginError;
      413: TrackoriginError;
      415: TrackoriginError;
      429: TrackoriginError;
      default: TrackoriginError;
    };
  };

  /** Send a synthetic event to this webhook, once */
  'POST /api/v1/me/webhooks/{id}/test': {
    path: { id: string };
    answers: {
      202: { event_id: string };
      401: TrackoriginError;
      403: TrackoriginError;
      404: TrackoriginError;
      409: TrackoriginError;
      429: TrackoriginError;
      default: TrackoriginError;
    };
  };

  /** End messages about a work, with the link that its author has in a mail */
  'POST /api/v1/relay/block': {
    query?: { token?: string };
    answers: { 200: string; 404: OrigimarkError; 429: OrigimarkError; 500: OrigimarkError; default: OrigimarkError };
  };

  /** Write to the author of a work without learning who it is */
  'POST /api/v1/relay/{cert_id}': {
    path: { cert_id: string };
    body: { message: string; reply_to?: string | null };
    answers: {
      202: { status: 'accepted' };
      400: OrigimarkError;
      404: OrigimarkError;
      413: OrigimarkError;
      415: OrigimarkError;
      429: OrigimarkError;
      500: OrigimarkError;
      default: OrigimarkError;
    };
  };

  /** Register an artifact that is served, so that by-sha256 finds its certificate */
  'POST /api/v1/renditions': {
    body: {
      cert_id: string;

      /** 64 hexadecimal characters of either case */
      sha256: string;

      /** Raw Chromaprint items of the artifact (fpcalc -raw), packed as little-endian uint32, in base64. */
      fingerprint: string;

      /** The band print; needed where the certificate asks for it. */
      fingerprint2?: string;
      duration_ms?: number;

      /** `chromaprint`; nothing else is understood. */
      algorithm?: string;
    };
    answers: {
      201: {
        rendition_id: string;
        cert_id: string;
        sha256: string;
        registered_at: string;
        cert_version: number;
        verification_policy_id: string;
        policy_accepted: true;
        confidence: 'none' | 'low' | 'medium' | 'high' | 'uncalibrated';
        score: number;
        band: 'exact' | 'strong' | 'probable' | 'inconclusive' | 'no_match';

        /** The prints are the caller’s word: the server has heard nothing. */
        evidence: 'client_asserted';

        /** Who made the certificate’s prints: the server only those of `cer_test_synthetic`, which it composes. */
        master_evidence: 'client_asserted' | 'server_extracted';

        /** The audio matches other active certificates as well. */
        ambiguous: boolean;
        similar_cert_ids: Array<string>;

        /** Number of the event in the public log. */
        sequence: number;
      };
      400: TrackoriginError;
      401: TrackoriginError;
      402: TrackoriginError;
      403: TrackoriginError;
      404: TrackoriginError;
      409: TrackoriginError;
      422: TrackoriginError;
      429: TrackoriginError;
      503: TrackoriginError;
      default: TrackoriginError;
    };
  };

  /** Make a certificate to try things out with */
  'POST /api/v1/sandbox/certificates': {
    body: {
      title: string;

      /** Display name of the artist. */
      artist: string;

      /** 64 hexadecimal characters of either case */
      sha256: string;

      /** Raw Chromaprint items in base64. */
      fingerprint?: string;

      /** The second, independent one. */
      fingerprint2?: string;
      duration_ms?: number;

      /** `active` when left out. */
      state?: 'active' | 'revoked';
    };
    answers: {
      201: TrackoriginCertificate;
      400: TrackoriginError;
      401: TrackoriginError;
      403: TrackoriginError;
      422: TrackoriginError;
      429: TrackoriginError;
      default: TrackoriginError;
    };
  };

  /** Revoke a certificate that the account has made to try things out */
  'POST /api/v1/sandbox/certificates/{cert_id}/revoke': {
    path: { cert_id: string };
    answers: {
      200: TrackoriginStatus;
      400: TrackoriginError;
      401: TrackoriginError;
      403: TrackoriginError;
      404: TrackoriginError;
      429: TrackoriginError;
      default: TrackoriginError;
    };
  };

  /** Put a track before the reviewers, for an artist that the account is or represents */
  'POST /api/v1/submissions': {
    headers?: { 'idempotency-key'?: string };
    body: {
      /** 1 to 200 characters */
      title: string;

      /** Of the bytes of the master: 64 hexadecimal characters. */
      sha256: string;
      duration_ms: number;

      /** Base64 of raw Chromaprint items, packed as little-endian uint32. */
      fingerprint?: string | null;

      /** A second, independent one. */
      fingerprint2?: string | null;

      /** One the account represents: `id`, or `handle` with a profile. Left out: the account itself. */
      artist?: {
        id?: string | null;
        handle?: string | null;
        display_name?: string | null;
        bio?: string | null;
        location?: string | null;
        avatar_url?: string | null;
      } | null;
      metadata?: {
        isrc?: string;

        /** 12 to 14 digits */
        upc?: string;
        release?: string;

        /** YYYY-MM-DD */
        release_date?: string;
        label?: string;
        genre?: string;

        /** ISO 639-1 */
        language?: string;

        /** At most 50. */
        contributors?: Array<{
          name: string;
          role: 'composer' | 'lyricist' | 'performer' | 'producer' | 'engineer' | 'other';
        }>;
      };
      declarations: {
        human_composition: boolean;
        human_performance: boolean;

        /** The submitter may speak for whoever holds the rights. */
        rights_held: boolean;
        ai_use: 'none' | 'assistive' | 'generative';
      };
    };
    answers: {
      201: Submission;
      400: TrackoriginError;
      401: TrackoriginError;
      402: TrackoriginError;
      403: TrackoriginError;
      409: TrackoriginError;
      422: TrackoriginError;
      429: TrackoriginError;
      default: TrackoriginError;
    };
  };

  /** Timestamp the SHA-256 hash of a file */
  'POST /api/v1/timestamps': {
    body: { sha256_hash: string; filename: string; file_size_bytes: number; file_type?: string };
    answers: {
      201: ProofdTimestamp;
      400: ProofdError;
      401: ProofdError;
      402: ProofdError;
      403: ProofdError;
      409: ProofdError;
      413: ProofdError;
      415: ProofdError;
      429: ProofdError;
      502: ProofdError;
      default: ProofdError;
    };
  };

  /** Whether the registry has a certificate of a hash */
  'POST /api/v1/verify-by-hash': {
    body: {
      /** SHA-256, 64 hexadecimal characters. */
      hash: string;
    };
    answers: {
      200: {
        matched: boolean;

        /** Null when there is none. */
        cert_id: string | null;
        certificate: OrigimarkCertificate | null;
      };
      400: OrigimarkError;
      401: OrigimarkError;
      413: OrigimarkError;
      415: OrigimarkError;
      429: OrigimarkError;
      500: OrigimarkError;
      default: OrigimarkError;
    };
  };

  /** Subscribe to events; the secret is shown in this answer and never again */
  'POST /api/v1/webhooks': {
    body: {
      url: string;
      events: Array<'cert.created' | 'version.added' | 'cert.verified' | 'relay.message'>;
      description?: string | null;
      ordered?: boolean;

      /** `test`: told of the account’s sandbox only. A key has webhooks of its own mode, a session of both, live when left out. */
      mode?: 'live' | 'test';
    };
    answers: {
      201: NewWebhook;
      400: OrigimarkError;
      401: OrigimarkError;
      403: OrigimarkError;
      409: OrigimarkError;
      413: OrigimarkError;
      415: OrigimarkError;
      429: OrigimarkError;
      default: OrigimarkError;
    };
  };

  /** Send the event of a delivery once more */
  'POST /api/v1/webhooks/deliveries/{id}/replay': {
    path: { id: string };
    answers: {
      202: {
        /** Events that are sent once more. */
        queued: number;
      };
      401: OrigimarkError;
      403: OrigimarkError;
      404: OrigimarkError;
      409: OrigimarkError;
      429: OrigimarkError;
      default: OrigimarkError;
    };
  };

  /** Send the events of a range once more, or those since a time that were not delivered */
  'POST /api/v1/webhooks/{id}/replay': {
    path: { id: string };
    body: { from_sequence?: number; to_sequence?: number; failed_since?: string };
    answers: {
      202: {
        /** Events that are sent once more. */
        queued: number;
      };
      400: OrigimarkError;
      401: OrigimarkError;
      403: OrigimarkError;
      404: OrigimarkError;
      409: OrigimarkError;
      413: OrigimarkError;
      415: OrigimarkError;
      429: OrigimarkError;
      default: OrigimarkError;
    };
  };

  /** Make a new secret; those before it sign besides until the overlap ends */
  'POST /api/v1/webhooks/{id}/rotate': {
    path: { id: string };
    body: { overlap_seconds?: number };
    answers: {
      200: NewWebhook;
      400: OrigimarkError;
      401: OrigimarkError;
      403: OrigimarkError;
      404: OrigimarkError;
      409: OrigimarkError;
      413: OrigimarkError;
      415: OrigimarkError;
      429: OrigimarkError;
      default: OrigimarkError;
    };
  };

  /** Send a synthetic event to this webhook, once */
  'POST /api/v1/webhooks/{id}/test': {
    path: { id: string };
    answers: {
      202: { event_id: string };
      401: OrigimarkError;
      403: OrigimarkError;
      404: OrigimarkError;
      409: OrigimarkError;
      429: OrigimarkError;
      default: OrigimarkError;
    };
  };

  /** A time-stamp token for a digest (RFC 3161) */
  'POST /tsa': { body: Uint8Array<ArrayBuffer>; answers: { 200: Uint8Array<ArrayBuffer>; 429: string } };

  /** Replace the profile; what is left out is empty afterwards */
  'PUT /api/account/profile': {
    body: {
      /** 1 to 80 characters. */
      display_name: string;

      /** 3 to 30 lower-case letters and digits, single hyphens and underscores between; unique */
      handle?: string | null;

      /** At most 1,000 characters; lines may end. */
      bio?: string | null;

      /** At most 80 characters. */
      location?: string | null;

      /** An https address of at most 500 characters. */
      avatar_url?: string | null;
    };
    answers: {
      200: AccountProfile;
      400: AccountError;
      401: AccountError;
      403: AccountError;
      409: AccountError;
      default: AccountError;
    };
  };

  /** Say whether a match of the audio needs both fingerprints */
  'PUT /api/operator/certificates/{id}/risk': {
    path: { id: string };
    body: {
      high_risk: boolean;

      /** 1 to 1,000 characters, for the audit log */
      reason: string;
    };
    answers: {
      200: RegisteredCertificate;
      400: OperatorError;
      401: OperatorError;
      403: OperatorError;
      404: OperatorError;
      409: OperatorError;
      503: OperatorError;
      default: OperatorError;
    };
  };

  /** Let an account register renditions */
  'PUT /api/operator/integrators/{account_id}': {
    path: { account_id: string };
    body: {
      /** Who it is: 1 to 1,000 characters */
      note: string;
    };
    answers: {
      200: { account_id: string; note: string; added_at: string };
      400: OperatorError;
      401: OperatorError;
      403: OperatorError;
      404: OperatorError;
      default: OperatorError;
    };
  };
}

export type AccountBillingError = { error: { code: string; message: string; request_id: string } };

export type AccountError = { code: string; message: string };

export type AccountKey = {
  id: string;
  kind:
    | 'trackorigin-publishable-live'
    | 'trackorigin-secret-live'
    | 'trackorigin-publishable-test'
    | 'trackorigin-secret-test'
    | 'origimark'
    | 'orphograph'
    | 'proofd'
    | 'orphograph-pack';
  name: string | null;
  display_prefix: string;
  scopes: Array<'read' | 'write'> | null;
  created_at: string;
  last_used_at: string | null;
  expires_at: string | null;
  revoked_at: string | null;
};

export type AccountKeysError = { error: { code: string; message: string; request_id: string } };

export type AccountProfile = {
  id: string;
  email: string;
  role: 'member' | 'operator';
  created_at: string;

  /** 1 to 80 characters. */
  display_name: string;

  /** 3 to 30 lower-case letters and digits, single hyphens and underscores between; unique */
  handle: string | null;

  /** At most 1,000 characters; lines may end. */
  bio: string | null;

  /** At most 80 characters. */
  location: string | null;

  /** An https address of at most 500 characters. */
  avatar_url: string | null;
};

export type AccountSession = { id: string; expiresAt: string; token?: string; [name: string]: unknown };

export type AccountUser = { id: string; email: string; name: string; emailVerified?: boolean; [name: string]: unknown };

export type BitcoinOrder = {
  order_id: string;

  /** awaiting_payment; seen: paid, not yet in a block; confirming: in a block; paid: the token was mailed; late: paid after the expiry, the token was mailed all the same; underpaid: less than the amount came; expired. */
  status: string;
  address: string;
  amount_sats: number;
  expires_at: string;
  tx_hash: string | null;

  /** Not in the contract, as is note. */
  received_sats: number;
  note: string | null;
};

export type NewAccountKey = {
  id: string;
  kind:
    | 'trackorigin-publishable-live'
    | 'trackorigin-secret-live'
    | 'trackorigin-publishable-test'
    | 'trackorigin-secret-test'
    | 'origimark'
    | 'orphograph'
    | 'proofd'
    | 'orphograph-pack';
  name: string | null;
  display_prefix: string;
  scopes: Array<'read' | 'write'> | null;
  created_at: string;
  last_used_at: string | null;
  expires_at: string | null;
  revoked_at: string | null;
  secret: string;
};

export type NewWebhook = {
  id: string;

  /** `test`: told of the account’s sandbox only. A key has webhooks of its own mode, a session of both, live when left out. */
  mode: 'live' | 'test';
  url: string;
  events: Array<string>;
  description: string | null;

  /** One event at a time, in the order of their sequence numbers. */
  ordered: boolean;
  enabled: boolean;
  disabled_reason: string | null;
  disabled_at: string | null;

  /** Deliveries that failed for good, one after another. */
  consecutive_failures: number;
  secrets_valid: Array<{ expires_at: string | null }>;
  created_at: string;
  updated_at: string;

  /** Shown here and never again. */
  secret: string;

  /** The same key as libraries of Standard Webhooks take it. */
  standard_webhooks_secret: string;
};

export type OperatorError = {
  error: {
    code: string;
    message: string;
    request_id: string;
    details?: { errors: Array<{ field: string; message: string }> };
  };
};

export type OrigimarkCertificate = {
  cert_id: string;
  work_id: string;
  version: number;
  status: 'active' | 'revoked';

  /** SHA-256 of the work, 64 hexadecimal characters. */
  hash: string;

  /** Null when it is redacted. */
  title: string | null;

  /** Null when the author is redacted. */
  author_first_name: string | null;
  author_last_name: string | null;
  author_country: string | null;
  work_type:
    | 'text'
    | 'photograph'
    | 'audio'
    | 'video'
    | 'code'
    | 'blueprint'
    | '3d'
    | 'dataset'
    | 'ai_prompt'
    | 'composite'
    | 'other';
  source_language: string | null;
  creation_date: string | null;
  privacy_level: 'public' | 'anonymous' | 'private';
  ownership_type: 'sole' | 'joint' | 'work_for_hire' | 'licensed' | 'other';
  issued_at: string;
  revoked_at: string | null;
  revocation_reason: string | null;
  pdf_url: string;
  badge_url: string;
  qr_url: string;
  verify_url: string;

  /** Names the key in /.well-known/trackorigin-public-key.json. */
  key_id: string;

  /** Base64: Ed25519 over the RFC 8785 form of the manifest. */
  signature: string;
  manifest: { [name: string]: unknown };

  /** Number in the public log of the event that issued it, from 1. */
  log_sequence: number;

  /** What opens the commitments of the manifest, as far as it may be shown. */
  openings: { title?: { [name: string]: unknown }; author?: { [name: string]: unknown } };
};

export type OrigimarkEntry = {
  cert_id: string;
  work_id: string;
  version: number;
  status: 'active' | 'revoked';

  /** SHA-256 of the work, 64 hexadecimal characters. */
  hash: string;

  /** Null when it is redacted. */
  title: string | null;

  /** Null when the author is redacted. */
  author_first_name: string | null;
  author_last_name: string | null;
  author_country: string | null;
  work_type:
    | 'text'
    | 'photograph'
    | 'audio'
    | 'video'
    | 'code'
    | 'blueprint'
    | '3d'
    | 'dataset'
    | 'ai_prompt'
    | 'composite'
    | 'other';
  source_language: string | null;
  creation_date: string | null;
  privacy_level: 'public' | 'anonymous' | 'private';
  ownership_type: 'sole' | 'joint' | 'work_for_hire' | 'licensed' | 'other';
  issued_at: string;
  revoked_at: string | null;
  revocation_reason: string | null;
  pdf_url: string;
  badge_url: string;
  qr_url: string;
  verify_url: string;
};

export type OrigimarkError = {
  error: {
    /** For programs; it does not change. */
    code: string;

    /** For people; it may change. */
    message: string;
    type: string;
    request_id: string;
    details?: { errors: Array<{ field: string; message: string }> };
  };
};

export type OrigimarkIssued = {
  cert_id: string;
  work_id: string;
  version: number;
  pdf_url: string;
  badge_url: string;
  qr_url: string;
  verify_url: string;
  status: 'active' | 'revoked';

  /** SHA-256 of the work, 64 hexadecimal characters. */
  hash: string;
  privacy_level: 'public' | 'anonymous' | 'private';
  issued_at: string;

  /** Names the key in /.well-known/trackorigin-public-key.json. */
  key_id: string;

  /** Base64: Ed25519 over the RFC 8785 form of the manifest. */
  signature: string;
  manifest: { [name: string]: unknown };

  /** Number in the public log of the event that issued it, from 1. */
  log_sequence: number;
};

export type OrphographError = {
  /** A code for programs; it does not change. */
  error: string;

  /** A sentence for people; it may change. */
  message: string;
};

export type OrphographRateLimited = {
  error: string;
  message: string;
  retry_after_seconds: number;
  limit_per_hour: number;
};

export type OrphographReceipt = {
  receipt_id: string;
  found: true;
  created_at: string;
  hash_hex: string;
  sha512_hex: string | null;
  client_label: string | null;
  status: 'pending' | 'partial' | 'pinned';
  btc_pinned_at: string | null;
  calendars_ok: number;
  calendars_total: number;
  checks: Array<{ file: string; magic_ok: boolean; hash_match: boolean; ok: boolean }>;
};

export type ProofdError = { error: { code: string; message: string; request_id: string } };

export type ProofdTimestamp = {
  id: string;
  certificate_id: string;
  sha256_hash: string;
  filename: string;
  file_size_bytes: number;
  file_type: string | null;
  status: 'pending' | 'confirmed' | 'failed';

  /** The transaction that holds the proof. */
  blockchain_tx: string | null;
  bitcoin_block: number | null;

  /** The time in the block’s header. */
  confirmed_at: string | null;
  created_at: string;
  thumbnail_url: null;
  branding_snapshot: null;
  certificate_url: string;
  verify_url: string;
  ots_url: string;
};

export type QueuedSubmission = {
  id: string;
  status: 'pending' | 'verified' | 'rejected' | 'withdrawn';
  sandbox: boolean;
  submitted_at: string;
  account_id: string;
  credential_id: string | null;
  artist: { id: string; handle: string; display_name: string } | null;
  track: { id: string; title: string };
  master: { sha256: string; duration_ms: number };
  fingerprints: number;
  metadata: {
    isrc?: string;
    upc?: string;
    release?: string;
    release_date?: string;
    label?: string;
    genre?: string;
    language?: string;
    contributors?: Array<{
      name: string;
      role: 'composer' | 'lyricist' | 'performer' | 'producer' | 'engineer' | 'other';
    }>;
  };
  declarations: {
    human_composition: boolean;
    human_performance: boolean;
    rights_held: boolean;
    ai_use: 'none' | 'assistive' | 'generative';
  };
  high_risk: boolean;
  decision: { verdict: 'verified' | 'rejected'; reason: string; decided_at: string; operator_id: string } | null;
  cert_id: string | null;
};

export type RegisteredCertificate = {
  cert_id: string;
  status: 'active' | 'revoked';
  sandbox: boolean;
  version: number;
  issued_at: string;
  updated_at: string;
  revoked_at: string | null;
  revocation_reason: string | null;
  effective_at: string | null;
  sha256: string;
  artist: { id: string; handle: string; display_name: string };
  track: { id: string; title: string };
  high_risk: boolean;
  submission_id: string;
  account_id: string | null;
};

export type ServerError = { error: { code: string; message: string; type: string; request_id: string } };

export type Submission = {
  id: string;
  status: 'pending' | 'verified' | 'rejected' | 'withdrawn';
  sandbox: boolean;
  submitted_at: string;
  artist: { id: string; handle: string; display_name: string } | null;
  track: { id: string; title: string };
  master: { sha256: string; duration_ms: number };

  /** How many were sent. */
  fingerprints: number;
  metadata: {
    isrc?: string;

    /** 12 to 14 digits */
    upc?: string;
    release?: string;

    /** YYYY-MM-DD */
    release_date?: string;
    label?: string;
    genre?: string;

    /** ISO 639-1 */
    language?: string;

    /** At most 50. */
    contributors?: Array<{
      name: string;
      role: 'composer' | 'lyricist' | 'performer' | 'producer' | 'engineer' | 'other';
    }>;
  };
  declarations: {
    human_composition: boolean;
    human_performance: boolean;

    /** The submitter may speak for whoever holds the rights. */
    rights_held: boolean;
    ai_use: 'none' | 'assistive' | 'generative';
  };
  decision: { verdict: 'verified' | 'rejected'; reason: string; decided_at: string } | null;
  cert_id: string | null;
  public_url: string | null;
};

export type TrackoriginCertificate = {
  cert_id: string;
  verdict: string;
  revoked: boolean;
  issued_at: string;
  standard: string;
  master: { sha256: string; duration_ms?: number };
  artist: { id: string; handle: string; display_name: string };
  track: { id: string; title: string };

  /** What was signed, as its RFC 8785 bytes. */
  manifest: { [name: string]: unknown };

  /** Ed25519, base64 */
  signature: string;

  /** Names the key in /.well-known/trackorigin-public-key.json. */
  key_id: string;
  public_url: string;
  status: 'active' | 'revoked';
  version: number;
  updated_at: string;
  revoked_at: string | null;
  revocation_reason: string | null;
  sandbox: boolean;

  /** Number of its newest event in the public log. */
  sequence: number;
  document_url: string;
};

export type TrackoriginError = {
  error: {
    /** For programs; it does not change. */
    code: string;

    /** For people; it may change. */
    message: string;
    type: string;
    request_id: string;
    details?: { errors: Array<{ field: string; message: string }> };
  };
};

export type TrackoriginStatus = {
  status: 'active' | 'revoked';
  version: number;
  verdict: string;
  revoked: boolean;
  issued_at: string;
  standard: string;

  /** The status held at this moment. */
  checked_at: string;
  cert_id: string;
  revoked_at: string | null;
  revocation_reason: string | null;
};

export type Webhook = {
  id: string;

  /** `test`: told of the account’s sandbox only. A key has webhooks of its own mode, a session of both, live when left out. */
  mode: 'live' | 'test';
  url: string;
  events: Array<string>;
  description: string | null;

  /** One event at a time, in the order of their sequence numbers. */
  ordered: boolean;
  enabled: boolean;
  disabled_reason: string | null;
  disabled_at: string | null;

  /** Deliveries that failed for good, one after another. */
  consecutive_failures: number;
  secrets_valid: Array<{ expires_at: string | null }>;
  created_at: string;
  updated_at: string;
};

export type WebhookDelivery = {
  /** Of this attempt; the receiver saw it in the Delivery-Id header. */
  id: string;
  webhook_id: string;
  event_id: string | null;
  event_type: string | null;
  sequence: number;
  attempt: number;
  status: 'succeeded' | 'retrying' | 'failed';
  next_attempt_at: string | null;
  started_at: string;
  duration_ms: number;
  error: string | null;
  request: { method: string; url: string; body: string | null };
  response: {
    status: number | null;

    /** The start of it. */
    body: string;
  };
};
